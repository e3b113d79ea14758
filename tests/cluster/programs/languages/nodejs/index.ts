import * as fs from "fs";
import * as pulumi from "@pulumi/pulumi";

class KubernetesProvider extends pulumi.ProviderResource {
  constructor(name: string, props: pulumi.Inputs) {
    super("kubernetes", name, props);
  }
}

class Organization extends pulumi.ComponentResource {
  constructor(name: string, args: pulumi.Inputs, opts: pulumi.ComponentResourceOptions) {
    super("tenancy:index:Organization", name, args, opts, true);
  }
}

const config = new pulumi.Config();
const cluster = new KubernetesProvider("cluster", {
  kubeconfig: config.require("kubeconfig"),
  clusterIdentifier: "shared",
});
const { secret, ...args } = JSON.parse(fs.readFileSync("organization.json", "utf8"));
if (secret) {
  args.prefix = pulumi.secret(args.prefix);
}
new Organization(config.require("name"), args, { provider: cluster });
