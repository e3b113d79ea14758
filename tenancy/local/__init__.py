"""What runs on this machine: the tools and the sandbox control plane."""
