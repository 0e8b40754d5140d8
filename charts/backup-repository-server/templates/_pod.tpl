{{- define "server.pod" -}}
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
serviceAccountName: {{ include "server.serviceAccountName" . }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- $security := deepCopy (default dict .Values.podSecurityContext) }}
{{- if and .Values.persistence.enabled (not (hasKey $security "fsGroup")) (not (.Capabilities.APIVersions.Has "security.openshift.io/v1")) }}
{{- /* The volume must be writable for the user of the image; OpenShift gives each namespace a group of its own. */}}
{{- $security = merge $security (dict "fsGroup" 65532 "fsGroupChangePolicy" "OnRootMismatch") }}
{{- end }}
{{- with $security }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: {{ .Chart.Name }}
    image: {{ printf "%s:%s" .Values.image.repository (include "server.text" (.Values.image.tag | default .Chart.AppVersion)) | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    {{- with .Values.securityContext }}
    securityContext:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    args:
      - --provider=kubernetes
      - --namespace={{ .Release.Namespace }}
      {{- with .Values.settings.healthCode }}
      - {{ printf "--health-check-key=%s" (include "server.text" .) | quote }}
      {{- end }}
      {{- if .Values.persistence.enabled }}
      - --data-dir=/data
      {{- end }}
      {{- range .Values.extraArgs }}
      - {{ include "server.text" . | quote }}
      {{- end }}
    env:
      {{- range $name, $value := .Values.env }}
      {{- if not (kindIs "invalid" $value) }}
      - name: {{ $name }}
        value: {{ include "server.text" $value | quote }}
      {{- end }}
      {{- end }}
      {{- with .Values.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    envFrom:
      - secretRef:
          name: {{ .Values.secrets.name }}
      {{- with .Values.extraEnvFrom }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    ports:
      - name: http
        containerPort: 8080
        protocol: TCP
    {{- if .Values.health.liveness.enabled }}
    livenessProbe:
      httpGet:
        path: /health
        port: http
      {{- with .Values.health.liveness.attributes }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- end }}
    {{- if .Values.health.readiness.enabled }}
    readinessProbe:
      httpGet:
        {{- if .Values.settings.healthCode }}
        path: /ready
        {{- else }}
        path: /health
        {{- end }}
        port: http
        {{- with .Values.settings.healthCode }}
        httpHeaders:
          - name: Authorization
            value: {{ include "server.text" . | quote }}
        {{- end }}
      {{- with .Values.health.readiness.attributes }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- end }}
    {{- with .Values.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      - name: temporary
        mountPath: /tmp
      {{- if .Values.persistence.enabled }}
      - name: data
        mountPath: /data
      {{- end }}
      {{- with .Values.extraVolumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
volumes:
  - name: temporary
    emptyDir: {}
  {{- if .Values.persistence.enabled }}
  - name: data
    persistentVolumeClaim:
      claimName: {{ .Values.persistence.existingClaim | default (include "server.fullname" .) }}
  {{- end }}
  {{- with .Values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
topologySpreadConstraints:
  {{- if .Values.topologySpreadConstraints }}
  {{- toYaml .Values.topologySpreadConstraints | nindent 2 }}
  {{- else }}
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "server.selectorLabels" . | nindent 8 }}
  {{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
