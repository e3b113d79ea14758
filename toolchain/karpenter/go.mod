module tenancy.example/toolchain/karpenter

go 1.26.0

// Only the CRDs in these modules are read; nothing is compiled.
require (
	github.com/aws/karpenter-provider-aws v1.14.1
	sigs.k8s.io/karpenter v1.14.1
)
