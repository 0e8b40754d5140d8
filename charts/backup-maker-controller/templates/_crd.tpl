{{/* Removes CEL rules from a schema, in place. */}}
{{- define "crd.withoutRules" -}}
{{- if kindIs "map" . }}
{{- $_ := unset . "x-kubernetes-validations" }}
{{- range $value := . }}
{{- include "crd.withoutRules" $value }}
{{- end }}
{{- else if kindIs "slice" . }}
{{- range $value := . }}
{{- include "crd.withoutRules" $value }}
{{- end }}
{{- end }}
{{- end }}
