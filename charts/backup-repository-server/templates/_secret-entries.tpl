{{/* The entries of the Secret, as YAML: those that were given, and what the server cannot do without. */}}
{{- define "server.secretEntries" -}}
{{- $entries := dict }}
{{- if and (not .Values.persistence.enabled) (not (include "server.given" (list . "BR_DB_URL"))) }}
{{- $entries = dict "BR_DB_HOSTNAME" "postgresql.db.svc.cluster.local" "BR_DB_PORT" "5432" "BR_DB_NAME" "backup-repository" "BR_DB_USERNAME" "postgres" "BR_DB_PASSWORD" "postgres" }}
{{- range $name := keys $entries }}
{{- if hasKey (default dict $.Values.env) $name }}
{{- $_ := unset $entries $name }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.secrets.spec }}
{{- $_ := set $entries $name (include "server.text" $value) }}
{{- end }}
{{- if not (include "server.given" (list . "BR_JWT_SECRET_KEY")) }}
{{- $present := lookup "v1" "Secret" .Release.Namespace .Values.secrets.name }}
{{- $kept := get (default dict (get (default dict $present) "data")) "BR_JWT_SECRET_KEY" | default "" | b64dec }}
{{- /* The default of charts that came before is known to everybody. */}}
{{- $isSecret := and (ne $kept "") (ne $kept "changeme-important!") }}
{{- $_ := set $entries "BR_JWT_SECRET_KEY" ($isSecret | ternary $kept (randAlphaNum 48)) }}
{{- end }}
{{- toYaml $entries }}
{{- end }}

{{/* Whether a variable is set by `env` or `secrets.spec`; empty when not. */}}
{{- define "server.given" -}}
{{- $name := index . 1 }}
{{- $values := (index . 0).Values }}
{{- if or (get (default dict $values.env) $name) (get (default dict $values.secrets.spec) $name) }}yes{{ end }}
{{- end }}

{{- define "server.sealed" -}}
{{- if or (eq .Values.secrets.type "sealedSecrets") (eq .Values.secretsType "sealedSecrets") }}yes{{ end }}
{{- end }}
