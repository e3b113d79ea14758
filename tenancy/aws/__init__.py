"""EKS managed node groups and EC2 instance types, through boto3."""
