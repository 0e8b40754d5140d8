{{/* What a schema can refuse, but not explain. Variables from elsewhere are unknown here; the server checks them when it starts. */}}
{{- define "server.validate" -}}
{{- $several := or (gt (int .Values.replicaCount) 1) .Values.autoscaling.enabled }}
{{- $isKnown := and .Values.secrets.create (not .Values.extraEnv) (not .Values.extraEnvFrom) (not .Values.extraArgs) (not (include "server.sealed" .)) }}
{{- $database := printf "%s%s" (get (default dict .Values.env) "BR_DB_URL" | default "") (get (default dict .Values.secrets.spec) "BR_DB_URL" | default "") }}
{{- $storage := printf "%s%s" (get (default dict .Values.env) "BR_STORAGE_DRIVER_URL" | default "") (get (default dict .Values.secrets.spec) "BR_STORAGE_DRIVER_URL" | default "") }}
{{- if and $several .Values.persistence.enabled }}
{{- fail "\n\npersistence.enabled gives the volume with SQLite to one server alone, and replicaCount or autoscaling asks for several.\nSet persistence.enabled=false, secrets.spec.BR_DB_HOSTNAME (PostgreSQL) and env.BR_STORAGE_DRIVER_URL (s3://…, gs://…, azblob://…), or replicaCount=1 and autoscaling.enabled=false.\n" }}
{{- end }}
{{- if and $several (hasPrefix "sqlite:" $database) }}
{{- fail "\n\nBR_DB_URL names an SQLite database, which one server alone can have, and replicaCount or autoscaling asks for several.\nName a PostgreSQL: secrets.spec.BR_DB_URL=postgres://…\n" }}
{{- end }}
{{- if and $several (hasPrefix "mem:" $storage) }}
{{- fail "\n\nBR_STORAGE_DRIVER_URL=mem:// keeps versions in the memory of one server, and replicaCount or autoscaling asks for several.\nName an object storage: env.BR_STORAGE_DRIVER_URL=s3://…, gs://… or azblob://…\n" }}
{{- end }}
{{- if and $isKnown (not .Values.persistence.enabled) (not $storage) }}
{{- fail "\n\nThere is no place for versions: set env.BR_STORAGE_DRIVER_URL (s3://…, gs://…, azblob://…),\nor persistence.enabled=true for one server that keeps them, and its database, in a PersistentVolume.\n" }}
{{- end }}
{{- end }}
