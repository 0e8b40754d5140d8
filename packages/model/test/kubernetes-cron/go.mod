module kubernetes-cron

go 1.20

require github.com/robfig/cron/v3 v3.0.1
