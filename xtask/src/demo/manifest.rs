//! Manifests with mistakes, and one without.

use std::path::Path;

use super::write;
use crate::error::TaskError;

const SHOP: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      hostPID: yes
      hostNetwork: true
      containers:
        - name: app
          image: registry.example/shop/web:1.4
          ports: [{ containerPort: 8080, hostPort: 80 }]
          env:
            - { name: DB_PASSWORD, value: correct-horse-battery }
          securityContext:
            privileged: true
            capabilities: { add: [SYS_ADMIN] }
        - name: logs
          image: registry.example/shop/logs
          volumeMounts:
            - { name: socket, mountPath: /var/run/docker.sock }
      volumes:
        - name: socket
          hostPath: { path: /var/run/docker.sock }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: shop-admin }
rules:
  - { apiGroups: ["*"], resources: ["*"], verbs: ["*"] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: shop-admin }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: shop-admin }
subjects:
  - { kind: ServiceAccount, name: default, namespace: shop }
"#;

const SOUND: &str = r#"apiVersion: v1
kind: Pod
metadata:
  name: sound
  namespace: shop
  labels: { app: sound }
spec:
  automountServiceAccountToken: false
  serviceAccountName: sound
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    seccompProfile: { type: RuntimeDefault }
  containers:
    - name: app
      image: registry.example/shop/sound@sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
      resources:
        requests: { cpu: 50m, memory: 32Mi }
        limits: { cpu: 200m, memory: 64Mi }
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed, namespace: shop }
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
"#;

pub(crate) fn write_into(dir: &Path) -> Result<(), TaskError> {
    write(&dir.join("shop.yaml"), SHOP)?;
    write(&dir.join("sound.yaml"), SOUND)
}
