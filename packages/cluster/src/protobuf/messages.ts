/**
 * The fields of Kubernetes messages on the wire: `name:number:type`, `[]` for lists, `{}` for maps with text keys, `^` for a
 * message whose members belong to the message around it. From the generated.proto files of k8s.io/api and apimachinery;
 * only what clients send.
 */
export const messages: Readonly<Record<string, string>> = {
  AWSElasticBlockStoreVolumeSource: 'volumeID:1:string fsType:2:string partition:3:int readOnly:4:bool',
  Affinity: 'nodeAffinity:1:NodeAffinity podAffinity:2:PodAffinity podAntiAffinity:3:PodAntiAffinity',
  AzureDiskVolumeSource:
    'diskName:1:string diskURI:2:string cachingMode:3:string fsType:4:string readOnly:5:bool ' +
    'kind:6:string',
  AzureFileVolumeSource: 'secretName:1:string shareName:2:string readOnly:3:bool',
  CSIVolumeSource:
    'driver:1:string readOnly:2:bool fsType:3:string volumeAttributes:4:string{} ' +
    'nodePublishSecretRef:5:LocalObjectReference',
  Capabilities: 'add:1:string[] drop:2:string[]',
  CephFSVolumeSource:
    'monitors:1:string[] path:2:string user:3:string secretFile:4:string ' +
    'secretRef:5:LocalObjectReference readOnly:6:bool',
  CinderVolumeSource: 'volumeID:1:string fsType:2:string readOnly:3:bool secretRef:4:LocalObjectReference',
  ConfigMap: 'metadata:1:ObjectMeta data:2:string{} binaryData:3:bytes{} immutable:4:bool',
  ConfigMapEnvSource: '^localObjectReference:1:LocalObjectReference optional:2:bool',
  ConfigMapKeySelector: '^localObjectReference:1:LocalObjectReference key:2:string optional:3:bool',
  ConfigMapProjection: '^localObjectReference:1:LocalObjectReference items:2:KeyToPath[] optional:4:bool',
  ConfigMapVolumeSource:
    '^localObjectReference:1:LocalObjectReference items:2:KeyToPath[] defaultMode:3:int optional:4:bool',
  Container:
    'name:1:string image:2:string command:3:string[] args:4:string[] workingDir:5:string ' +
    'ports:6:ContainerPort[] env:7:EnvVar[] resources:8:ResourceRequirements ' +
    'volumeMounts:9:VolumeMount[] livenessProbe:10:Probe readinessProbe:11:Probe ' +
    'lifecycle:12:Lifecycle terminationMessagePath:13:string imagePullPolicy:14:string ' +
    'securityContext:15:SecurityContext stdin:16:bool stdinOnce:17:bool tty:18:bool ' +
    'envFrom:19:EnvFromSource[] terminationMessagePolicy:20:string volumeDevices:21:VolumeDevice[] ' +
    'startupProbe:22:Probe restartPolicy:24:string',
  ContainerPort: 'name:1:string hostPort:2:int containerPort:3:int protocol:4:string hostIP:5:string',
  ContainerState:
    'waiting:1:ContainerStateWaiting running:2:ContainerStateRunning ' +
    'terminated:3:ContainerStateTerminated',
  ContainerStateRunning: 'startedAt:1:Time',
  ContainerStateTerminated:
    'exitCode:1:int signal:2:int reason:3:string message:4:string startedAt:5:Time finishedAt:6:Time ' +
    'containerID:7:string',
  ContainerStateWaiting: 'reason:1:string message:2:string',
  ContainerStatus:
    'name:1:string state:2:ContainerState lastState:3:ContainerState ready:4:bool restartCount:5:int ' +
    'image:6:string imageID:7:string containerID:8:string started:9:bool',
  CronJob: 'metadata:1:ObjectMeta spec:2:CronJobSpec status:3:CronJobStatus',
  CronJobSpec:
    'schedule:1:string startingDeadlineSeconds:2:int concurrencyPolicy:3:string suspend:4:bool ' +
    'jobTemplate:5:JobTemplateSpec successfulJobsHistoryLimit:6:int failedJobsHistoryLimit:7:int ' +
    'timeZone:8:string',
  CronJobStatus: 'active:1:ObjectReference[] lastScheduleTime:4:Time',
  DeleteOptions:
    'gracePeriodSeconds:1:int preconditions:2:Preconditions orphanDependents:3:bool ' +
    'propagationPolicy:4:string dryRun:5:string[]',
  DownwardAPIProjection: 'items:1:DownwardAPIVolumeFile[]',
  DownwardAPIVolumeFile:
    'path:1:string fieldRef:2:ObjectFieldSelector resourceFieldRef:3:ResourceFieldSelector mode:4:int',
  DownwardAPIVolumeSource: 'items:1:DownwardAPIVolumeFile[] defaultMode:2:int',
  EmptyDirVolumeSource: 'medium:1:string sizeLimit:2:Quantity',
  EnvFromSource: 'prefix:1:string configMapRef:2:ConfigMapEnvSource secretRef:3:SecretEnvSource',
  EnvVar: 'name:1:string value:2:string valueFrom:3:EnvVarSource',
  EnvVarSource:
    'fieldRef:1:ObjectFieldSelector resourceFieldRef:2:ResourceFieldSelector ' +
    'configMapKeyRef:3:ConfigMapKeySelector secretKeyRef:4:SecretKeySelector',
  EphemeralContainer: '^ephemeralContainerCommon:1:EphemeralContainerCommon targetContainerName:2:string',
  EphemeralContainerCommon:
    'name:1:string image:2:string command:3:string[] args:4:string[] workingDir:5:string ' +
    'ports:6:ContainerPort[] env:7:EnvVar[] resources:8:ResourceRequirements ' +
    'volumeMounts:9:VolumeMount[] livenessProbe:10:Probe readinessProbe:11:Probe ' +
    'lifecycle:12:Lifecycle terminationMessagePath:13:string imagePullPolicy:14:string ' +
    'securityContext:15:SecurityContext stdin:16:bool stdinOnce:17:bool tty:18:bool ' +
    'envFrom:19:EnvFromSource[] terminationMessagePolicy:20:string volumeDevices:21:VolumeDevice[] ' +
    'startupProbe:22:Probe',
  EphemeralVolumeSource: 'volumeClaimTemplate:1:PersistentVolumeClaimTemplate readOnly:2:bool',
  Event:
    'metadata:1:ObjectMeta involvedObject:2:ObjectReference reason:3:string message:4:string ' +
    'source:5:EventSource firstTimestamp:6:Time lastTimestamp:7:Time count:8:int type:9:string ' +
    'eventTime:10:MicroTime series:11:EventSeries action:12:string related:13:ObjectReference ' +
    'reportingComponent:14:string reportingInstance:15:string',
  EventSeries: 'count:1:int lastObservedTime:2:MicroTime',
  EventSource: 'component:1:string host:2:string',
  ExecAction: 'command:1:string[]',
  FCVolumeSource: 'targetWWNs:1:string[] lun:2:int fsType:3:string readOnly:4:bool wwids:5:string[]',
  FlexVolumeSource:
    'driver:1:string fsType:2:string secretRef:3:LocalObjectReference readOnly:4:bool ' +
    'options:5:string{}',
  FlockerVolumeSource: 'datasetName:1:string datasetUUID:2:string',
  GCEPersistentDiskVolumeSource: 'pdName:1:string fsType:2:string partition:3:int readOnly:4:bool',
  GitRepoVolumeSource: 'repository:1:string revision:2:string directory:3:string',
  GlusterfsVolumeSource: 'endpoints:1:string path:2:string readOnly:3:bool',
  HTTPGetAction: 'path:1:string port:2:IntOrString host:3:string scheme:4:string httpHeaders:5:HTTPHeader[]',
  HTTPHeader: 'name:1:string value:2:string',
  Handler: 'exec:1:ExecAction httpGet:2:HTTPGetAction tcpSocket:3:TCPSocketAction',
  HostAlias: 'ip:1:string hostnames:2:string[]',
  HostPathVolumeSource: 'path:1:string type:2:string',
  ISCSIVolumeSource:
    'targetPortal:1:string iqn:2:string lun:3:int iscsiInterface:4:string fsType:5:string ' +
    'readOnly:6:bool portals:7:string[] chapAuthDiscovery:8:bool secretRef:10:LocalObjectReference ' +
    'chapAuthSession:11:bool initiatorName:12:string',
  Job: 'metadata:1:ObjectMeta spec:2:JobSpec status:3:JobStatus',
  JobCondition:
    'type:1:string status:2:string lastProbeTime:3:Time lastTransitionTime:4:Time reason:5:string ' +
    'message:6:string',
  JobSpec:
    'parallelism:1:int completions:2:int activeDeadlineSeconds:3:int selector:4:LabelSelector ' +
    'manualSelector:5:bool template:6:PodTemplateSpec backoffLimit:7:int ttlSecondsAfterFinished:8:int ' +
    'completionMode:9:string suspend:10:bool backoffLimitPerIndex:12:int maxFailedIndexes:13:int ' +
    'podReplacementPolicy:14:string managedBy:15:string',
  JobStatus:
    'conditions:1:JobCondition[] startTime:2:Time completionTime:3:Time active:4:int succeeded:5:int ' +
    'failed:6:int completedIndexes:7:string uncountedTerminatedPods:8:ignored ready:9:int ' +
    'failedIndexes:10:string terminating:11:int',
  JobTemplateSpec: 'metadata:1:ObjectMeta spec:2:JobSpec',
  KeyToPath: 'key:1:string path:2:string mode:3:int',
  LabelSelector: 'matchLabels:1:string{} matchExpressions:2:LabelSelectorRequirement[]',
  LabelSelectorRequirement: 'key:1:string operator:2:string values:3:string[]',
  Lease: 'metadata:1:ObjectMeta spec:2:LeaseSpec',
  LeaseSpec:
    'holderIdentity:1:string leaseDurationSeconds:2:int acquireTime:3:MicroTime renewTime:4:MicroTime ' +
    'leaseTransitions:5:int',
  Lifecycle: 'postStart:1:Handler preStop:2:Handler',
  LocalObjectReference: 'name:1:string',
  NFSVolumeSource: 'server:1:string path:2:string readOnly:3:bool',
  Namespace: 'metadata:1:ObjectMeta spec:2:NamespaceSpec status:3:NamespaceStatus',
  NamespaceCondition:
    'type:1:string status:2:string lastTransitionTime:4:Time reason:5:string message:6:string',
  NamespaceSpec: 'finalizers:1:string[]',
  NamespaceStatus: 'phase:1:string conditions:2:NamespaceCondition[]',
  NodeAffinity:
    'requiredDuringSchedulingIgnoredDuringExecution:1:NodeSelector ' +
    'preferredDuringSchedulingIgnoredDuringExecution:2:PreferredSchedulingTerm[]',
  NodeSelector: 'nodeSelectorTerms:1:NodeSelectorTerm[]',
  NodeSelectorRequirement: 'key:1:string operator:2:string values:3:string[]',
  NodeSelectorTerm: 'matchExpressions:1:NodeSelectorRequirement[] matchFields:2:NodeSelectorRequirement[]',
  NonResourceAttributes: 'path:1:string verb:2:string',
  NonResourceRule: 'verbs:1:string[] nonResourceURLs:2:string[]',
  ObjectFieldSelector: 'apiVersion:1:string fieldPath:2:string',
  ObjectMeta:
    'name:1:string generateName:2:string namespace:3:string selfLink:4:string uid:5:string ' +
    'resourceVersion:6:string generation:7:int creationTimestamp:8:Time deletionTimestamp:9:Time ' +
    'deletionGracePeriodSeconds:10:int labels:11:string{} annotations:12:string{} ' +
    'ownerReferences:13:OwnerReference[] finalizers:14:string[] clusterName:15:string ' +
    'managedFields:17:ignored',
  ObjectReference:
    'kind:1:string namespace:2:string name:3:string uid:4:string apiVersion:5:string ' +
    'resourceVersion:6:string fieldPath:7:string',
  OwnerReference:
    'kind:1:string name:3:string uid:4:string apiVersion:5:string controller:6:bool ' +
    'blockOwnerDeletion:7:bool',
  PersistentVolumeClaim:
    'metadata:1:ObjectMeta spec:2:PersistentVolumeClaimSpec status:3:PersistentVolumeClaimStatus',
  PersistentVolumeClaimCondition:
    'type:1:string status:2:string lastProbeTime:3:Time lastTransitionTime:4:Time reason:5:string ' +
    'message:6:string',
  PersistentVolumeClaimSpec:
    'accessModes:1:string[] resources:2:ResourceRequirements volumeName:3:string ' +
    'selector:4:LabelSelector storageClassName:5:string volumeMode:6:string ' +
    'dataSource:7:TypedLocalObjectReference',
  PersistentVolumeClaimStatus:
    'phase:1:string accessModes:2:string[] capacity:3:Quantity{} ' +
    'conditions:4:PersistentVolumeClaimCondition[]',
  PersistentVolumeClaimTemplate: 'metadata:1:ObjectMeta spec:2:PersistentVolumeClaimSpec',
  PersistentVolumeClaimVolumeSource: 'claimName:1:string readOnly:2:bool',
  PhotonPersistentDiskVolumeSource: 'pdID:1:string fsType:2:string',
  Pod: 'metadata:1:ObjectMeta spec:2:PodSpec status:3:PodStatus',
  PodAffinity:
    'requiredDuringSchedulingIgnoredDuringExecution:1:PodAffinityTerm[] ' +
    'preferredDuringSchedulingIgnoredDuringExecution:2:WeightedPodAffinityTerm[]',
  PodAffinityTerm: 'labelSelector:1:LabelSelector namespaces:2:string[] topologyKey:3:string',
  PodAntiAffinity:
    'requiredDuringSchedulingIgnoredDuringExecution:1:PodAffinityTerm[] ' +
    'preferredDuringSchedulingIgnoredDuringExecution:2:WeightedPodAffinityTerm[]',
  PodCondition:
    'type:1:string status:2:string lastProbeTime:3:Time lastTransitionTime:4:Time reason:5:string ' +
    'message:6:string',
  PodDNSConfig: 'nameservers:1:string[] searches:2:string[] options:3:PodDNSConfigOption[]',
  PodDNSConfigOption: 'name:1:string value:2:string',
  PodIP: 'ip:1:string',
  PodReadinessGate: 'conditionType:1:string',
  PodSecurityContext:
    'seLinuxOptions:1:SELinuxOptions runAsUser:2:int runAsNonRoot:3:bool supplementalGroups:4:int[] ' +
    'fsGroup:5:int runAsGroup:6:int sysctls:7:Sysctl[] windowsOptions:8:WindowsSecurityContextOptions ' +
    'fsGroupChangePolicy:9:string seccompProfile:10:SeccompProfile',
  PodSpec:
    'volumes:1:Volume[] containers:2:Container[] restartPolicy:3:string ' +
    'terminationGracePeriodSeconds:4:int activeDeadlineSeconds:5:int dnsPolicy:6:string ' +
    'nodeSelector:7:string{} serviceAccountName:8:string serviceAccount:9:string nodeName:10:string ' +
    'hostNetwork:11:bool hostPID:12:bool hostIPC:13:bool securityContext:14:PodSecurityContext ' +
    'imagePullSecrets:15:LocalObjectReference[] hostname:16:string subdomain:17:string ' +
    'affinity:18:Affinity schedulerName:19:string initContainers:20:Container[] ' +
    'automountServiceAccountToken:21:bool tolerations:22:Toleration[] hostAliases:23:HostAlias[] ' +
    'priorityClassName:24:string priority:25:int dnsConfig:26:PodDNSConfig ' +
    'shareProcessNamespace:27:bool readinessGates:28:PodReadinessGate[] runtimeClassName:29:string ' +
    'enableServiceLinks:30:bool preemptionPolicy:31:string overhead:32:Quantity{} ' +
    'topologySpreadConstraints:33:TopologySpreadConstraint[] ' +
    'ephemeralContainers:34:EphemeralContainer[] setHostnameAsFQDN:35:bool hostUsers:37:bool',
  PodStatus:
    'phase:1:string conditions:2:PodCondition[] message:3:string reason:4:string hostIP:5:string ' +
    'podIP:6:string startTime:7:Time containerStatuses:8:ContainerStatus[] qosClass:9:string ' +
    'initContainerStatuses:10:ContainerStatus[] nominatedNodeName:11:string podIPs:12:PodIP[] ' +
    'ephemeralContainerStatuses:13:ContainerStatus[] resize:14:ignored ' +
    'resourceClaimStatuses:15:ignored hostIPs:16:ignored observedGeneration:17:int',
  PodTemplateSpec: 'metadata:1:ObjectMeta spec:2:PodSpec',
  PortworxVolumeSource: 'volumeID:1:string fsType:2:string readOnly:3:bool',
  Preconditions: 'uid:1:string',
  PreferredSchedulingTerm: 'weight:1:int preference:2:NodeSelectorTerm',
  Probe:
    '^handler:1:Handler initialDelaySeconds:2:int timeoutSeconds:3:int periodSeconds:4:int ' +
    'successThreshold:5:int failureThreshold:6:int terminationGracePeriodSeconds:7:int',
  ProjectedVolumeSource: 'sources:1:VolumeProjection[] defaultMode:2:int',
  QuobyteVolumeSource:
    'registry:1:string volume:2:string readOnly:3:bool user:4:string group:5:string tenant:6:string',
  RBDVolumeSource:
    'monitors:1:string[] image:2:string fsType:3:string pool:4:string user:5:string keyring:6:string ' +
    'secretRef:7:LocalObjectReference readOnly:8:bool',
  ResourceAttributes:
    'namespace:1:string verb:2:string group:3:string version:4:string resource:5:string ' +
    'subresource:6:string name:7:string',
  ResourceFieldSelector: 'containerName:1:string resource:2:string divisor:3:Quantity',
  ResourceRequirements: 'limits:1:Quantity{} requests:2:Quantity{}',
  ResourceRule: 'verbs:1:string[] apiGroups:2:string[] resources:3:string[] resourceNames:4:string[]',
  SELinuxOptions: 'user:1:string role:2:string type:3:string level:4:string',
  ScaleIOVolumeSource:
    'gateway:1:string system:2:string secretRef:3:LocalObjectReference sslEnabled:4:bool ' +
    'protectionDomain:5:string storagePool:6:string storageMode:7:string volumeName:8:string ' +
    'fsType:9:string readOnly:10:bool',
  SeccompProfile: 'type:1:string localhostProfile:2:string',
  Secret: 'metadata:1:ObjectMeta data:2:bytes{} type:3:string stringData:4:string{} immutable:5:bool',
  SecretEnvSource: '^localObjectReference:1:LocalObjectReference optional:2:bool',
  SecretKeySelector: '^localObjectReference:1:LocalObjectReference key:2:string optional:3:bool',
  SecretProjection: '^localObjectReference:1:LocalObjectReference items:2:KeyToPath[] optional:4:bool',
  SecretVolumeSource: 'secretName:1:string items:2:KeyToPath[] defaultMode:3:int optional:4:bool',
  SecurityContext:
    'capabilities:1:Capabilities privileged:2:bool seLinuxOptions:3:SELinuxOptions runAsUser:4:int ' +
    'runAsNonRoot:5:bool readOnlyRootFilesystem:6:bool allowPrivilegeEscalation:7:bool ' +
    'runAsGroup:8:int procMount:9:string windowsOptions:10:WindowsSecurityContextOptions ' +
    'seccompProfile:11:SeccompProfile',
  SelfSubjectAccessReview:
    'metadata:1:ObjectMeta spec:2:SelfSubjectAccessReviewSpec status:3:SubjectAccessReviewStatus',
  SelfSubjectAccessReviewSpec:
    'resourceAttributes:1:ResourceAttributes nonResourceAttributes:2:NonResourceAttributes',
  SelfSubjectReview: 'metadata:1:ObjectMeta status:2:SelfSubjectReviewStatus',
  SelfSubjectReviewStatus: 'userInfo:1:ignored',
  SelfSubjectRulesReview:
    'metadata:1:ObjectMeta spec:2:SelfSubjectRulesReviewSpec status:3:SubjectRulesReviewStatus',
  SelfSubjectRulesReviewSpec: 'namespace:1:string',
  ServiceAccount:
    'metadata:1:ObjectMeta secrets:2:ObjectReference[] imagePullSecrets:3:LocalObjectReference[] ' +
    'automountServiceAccountToken:4:bool',
  ServiceAccountTokenProjection: 'audience:1:string expirationSeconds:2:int path:3:string',
  StorageOSVolumeSource:
    'volumeName:1:string volumeNamespace:2:string fsType:3:string readOnly:4:bool ' +
    'secretRef:5:LocalObjectReference',
  SubjectAccessReviewStatus: 'allowed:1:bool reason:2:string evaluationError:3:string denied:4:bool',
  SubjectRulesReviewStatus:
    'resourceRules:1:ResourceRule[] nonResourceRules:2:NonResourceRule[] incomplete:3:bool ' +
    'evaluationError:4:string',
  Sysctl: 'name:1:string value:2:string',
  TCPSocketAction: 'port:1:IntOrString host:2:string',
  Toleration: 'key:1:string operator:2:string value:3:string effect:4:string tolerationSeconds:5:int',
  TopologySpreadConstraint:
    'maxSkew:1:int topologyKey:2:string whenUnsatisfiable:3:string labelSelector:4:LabelSelector',
  TypedLocalObjectReference: 'apiGroup:1:string kind:2:string name:3:string',
  Volume: 'name:1:string ^volumeSource:2:VolumeSource',
  VolumeDevice: 'name:1:string devicePath:2:string',
  VolumeMount:
    'name:1:string readOnly:2:bool mountPath:3:string subPath:4:string mountPropagation:5:string ' +
    'subPathExpr:6:string recursiveReadOnly:7:string',
  VolumeProjection:
    'secret:1:SecretProjection downwardAPI:2:DownwardAPIProjection configMap:3:ConfigMapProjection ' +
    'serviceAccountToken:4:ServiceAccountTokenProjection',
  VolumeSource:
    'hostPath:1:HostPathVolumeSource emptyDir:2:EmptyDirVolumeSource ' +
    'gcePersistentDisk:3:GCEPersistentDiskVolumeSource ' +
    'awsElasticBlockStore:4:AWSElasticBlockStoreVolumeSource gitRepo:5:GitRepoVolumeSource ' +
    'secret:6:SecretVolumeSource nfs:7:NFSVolumeSource iscsi:8:ISCSIVolumeSource ' +
    'glusterfs:9:GlusterfsVolumeSource persistentVolumeClaim:10:PersistentVolumeClaimVolumeSource ' +
    'rbd:11:RBDVolumeSource flexVolume:12:FlexVolumeSource cinder:13:CinderVolumeSource ' +
    'cephfs:14:CephFSVolumeSource flocker:15:FlockerVolumeSource ' +
    'downwardAPI:16:DownwardAPIVolumeSource fc:17:FCVolumeSource azureFile:18:AzureFileVolumeSource ' +
    'configMap:19:ConfigMapVolumeSource vsphereVolume:20:VsphereVirtualDiskVolumeSource ' +
    'quobyte:21:QuobyteVolumeSource azureDisk:22:AzureDiskVolumeSource ' +
    'photonPersistentDisk:23:PhotonPersistentDiskVolumeSource portworxVolume:24:PortworxVolumeSource ' +
    'scaleIO:25:ScaleIOVolumeSource projected:26:ProjectedVolumeSource ' +
    'storageos:27:StorageOSVolumeSource csi:28:CSIVolumeSource ephemeral:29:EphemeralVolumeSource',
  VsphereVirtualDiskVolumeSource:
    'volumePath:1:string fsType:2:string storagePolicyName:3:string storagePolicyID:4:string',
  WeightedPodAffinityTerm: 'weight:1:int podAffinityTerm:2:PodAffinityTerm',
  WindowsSecurityContextOptions:
    'gmsaCredentialSpecName:1:string gmsaCredentialSpec:2:string runAsUserName:3:string',
};
