{{- define "gapura.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "gapura.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "gapura.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "gapura.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "gapura.selector" -}}
app.kubernetes.io/name: {{ include "gapura.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "gapura.labels" -}}
{{ include "gapura.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "gapura.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "gapura.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "gapura.image" -}}
{{- $registry := default .Values.image.registry .Values.global.imageRegistry -}}
{{- $name := ternary .Values.image.repository (printf "%s/%s" $registry .Values.image.repository) (empty $registry) -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $name .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "gapura.pullSecrets" -}}
{{- with concat .Values.global.imagePullSecrets .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "gapura.host" -}}
{{- default (regexReplaceAll "^https?://([^/:]+).*$" .Values.issuer "${1}") .Values.ingress.hostname -}}
{{- end -}}

{{/* The most pods that may ever run at once. */}}
{{- define "gapura.replicas" -}}
{{- if .Values.autoscaling.enabled -}}{{ .Values.autoscaling.maxReplicas }}{{- else -}}{{ .Values.replicaCount }}{{- end -}}
{{- end -}}

{{/* Refuse what would be half-way; each message names the value to change. */}}
{{- define "gapura.check" -}}
{{- $many := gt (int (include "gapura.replicas" .)) 1 -}}
{{- if and $many (not .Values.externalDatabase.enabled) -}}
{{- fail "replicaCount: several replicas need PostgreSQL; set externalDatabase.enabled and externalDatabase.existingSecret, or replicaCount to 1" -}}
{{- end -}}
{{- if and $many (not .Values.externalRedis.enabled) -}}
{{- fail "replicaCount: several replicas need Redis; set externalRedis.enabled and externalRedis.existingSecret, or replicaCount to 1" -}}
{{- end -}}
{{- if and .Values.externalDatabase.enabled (not .Values.externalDatabase.existingSecret) -}}
{{- fail "externalDatabase.existingSecret: name the secret that holds the address of the database" -}}
{{- end -}}
{{- if and .Values.externalRedis.enabled (not .Values.externalRedis.existingSecret) -}}
{{- fail "externalRedis.existingSecret: name the secret that holds the address of Redis" -}}
{{- end -}}
{{- if and .Values.externalDatabase.enabled (not .Values.masterKey.existingSecret) -}}
{{- fail "masterKey.existingSecret: with PostgreSQL name the secret that holds the master key" -}}
{{- end -}}
{{- if hasKey (default dict .Values.settings.storage) "master_key" -}}
{{- fail "settings.storage.master_key: a secret does not belong in the values; use masterKey.existingSecret" -}}
{{- end -}}
{{- end -}}

{{/* Environment that names the mounted secrets; the same for the server and the migration. */}}
{{- define "gapura.env" -}}
- name: GAPURA_ISSUER
  value: {{ .Values.issuer | quote }}
- name: GAPURA_STORAGE__DATA_DIR
  value: /data
{{- if .Values.externalDatabase.enabled }}
- name: GAPURA_STORAGE__DATABASE_URL_FILE
  value: /run/secrets/gapura/database-url
{{- end }}
{{- if .Values.externalRedis.enabled }}
- name: GAPURA_STORAGE__EXPIRING_URL_FILE
  value: /run/secrets/gapura/redis-url
{{- end }}
{{- if .Values.masterKey.existingSecret }}
- name: GAPURA_STORAGE__MASTER_KEY_FILE
  value: /run/secrets/gapura/master-key
{{- end }}
{{- with .Values.extraEnvVars }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "gapura.hasSecrets" -}}
{{- if or .Values.externalDatabase.enabled .Values.externalRedis.enabled .Values.masterKey.existingSecret -}}yes{{- end -}}
{{- end -}}

{{- define "gapura.secretVolume" -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
    {{- if .Values.externalDatabase.enabled }}
      - secret:
          name: {{ .Values.externalDatabase.existingSecret }}
          items: [{key: {{ .Values.externalDatabase.existingSecretUrlKey }}, path: database-url}]
    {{- end }}
    {{- if .Values.externalRedis.enabled }}
      - secret:
          name: {{ .Values.externalRedis.existingSecret }}
          items: [{key: {{ .Values.externalRedis.existingSecretUrlKey }}, path: redis-url}]
    {{- end }}
    {{- if .Values.masterKey.existingSecret }}
      - secret:
          name: {{ .Values.masterKey.existingSecret }}
          items: [{key: {{ .Values.masterKey.existingSecretKey }}, path: master-key}]
    {{- end }}
{{- end -}}
