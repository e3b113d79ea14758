"""AWS: EKS managed node groups and instance types, on boto3 and nothing else."""
