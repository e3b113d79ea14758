import * as pulumi from "@pulumi/pulumi";
import * as tenancy from "./tenancy";

const acme = new tenancy.Organization("acme", {
  prefix: "acme",
  defaultNamespace: "dev",
  members: [{ group: "acme-devs", role: "developer" }],
  namespaces: [
    {
      id: "dev",
      quota: { pods: 20, "requests.cpu": "5" },
      annotations: { "example.com/cost-center": pulumi.output("cc-1042") },
    },
  ],
});

export const namespaces = acme.namespaces;
