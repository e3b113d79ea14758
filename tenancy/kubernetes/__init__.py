"""Names, quantities, resource names and labels as Kubernetes defines them."""
