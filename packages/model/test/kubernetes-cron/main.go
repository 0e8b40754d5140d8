// Asks the library that the CronJob controller of Kubernetes reads schedules with. A line of the standard input is a
// schedule, a time zone and a time, with tabs between them; the answer adds the next starts, or "refused".
//
//	go run . < questions.tsv > answers.tsv
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"
	_ "time/tzdata"

	"github.com/robfig/cron/v3"
)

const startsPerQuestion = 6

func main() {
	questions := bufio.NewScanner(os.Stdin)
	answers := bufio.NewWriter(os.Stdout)
	defer answers.Flush()
	for questions.Scan() {
		parts := strings.Split(questions.Text(), "\t")
		fmt.Fprintf(answers, "%s\t%s\n", questions.Text(), answer(parts[0], parts[1], parts[2]))
	}
}

func answer(expression, zone, from string) string {
	schedule, err := cron.ParseStandard("TZ=" + zone + " " + expression)
	if err != nil {
		return "refused"
	}
	start, err := time.Parse(time.RFC3339, from)
	if err != nil {
		panic(err)
	}
	starts := []string{}
	for range [startsPerQuestion]int{} {
		start = schedule.Next(start)
		if start.IsZero() {
			starts = append(starts, "never")
			break
		}
		starts = append(starts, start.UTC().Format(time.RFC3339))
	}
	return strings.Join(starts, " ")
}
