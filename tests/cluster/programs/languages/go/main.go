package main

import (
	"encoding/json"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

type provider struct{ pulumi.ProviderResourceState }

type organization struct{ pulumi.ResourceState }

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		cluster := &provider{}
		err := ctx.RegisterResource("pulumi:providers:kubernetes", "cluster", pulumi.Map{
			"kubeconfig":        pulumi.String(config.Require(ctx, "kubeconfig")),
			"clusterIdentifier": pulumi.String("shared"),
		}, cluster)
		if err != nil {
			return err
		}
		text, err := os.ReadFile("organization.json")
		if err != nil {
			return err
		}
		var args map[string]any
		if err := json.Unmarshal(text, &args); err != nil {
			return err
		}
		secret := args["secret"] == true
		delete(args, "secret")
		inputs := pulumi.Map{}
		for key, value := range args {
			inputs[key] = pulumi.ToOutput(value)
		}
		if secret {
			inputs["prefix"] = pulumi.ToSecret(args["prefix"])
		}
		name := config.Require(ctx, "name")
		return ctx.RegisterRemoteComponentResource(
			"tenancy:index:Organization", name, inputs, &organization{},
			pulumi.ProviderMap(map[string]pulumi.ProviderResource{"kubernetes": cluster}),
		)
	})
}
