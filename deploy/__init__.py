"""Ways to run the house: `deploy.cli` is the command line, `deploy.local` the embedded stack, `k8s/` the cluster."""
