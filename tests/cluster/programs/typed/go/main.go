package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"tenancy.example/tenancy/sdk/go/tenancy"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		acme, err := tenancy.NewOrganization(ctx, "acme", &tenancy.OrganizationArgs{
			Prefix:           "acme",
			DefaultNamespace: pulumi.StringRef("dev"),
			Members:          []tenancy.MemberSpecArgs{{Group: pulumi.StringRef("acme-devs"), Role: "developer"}},
			Namespaces: tenancy.NamespaceSpecArray{
				&tenancy.NamespaceSpecArgs{
					Id:          "dev",
					Quota:       map[string]any{"pods": 20, "requests.cpu": "5"},
					Annotations: pulumi.StringMap{"example.com/cost-center": pulumi.String("cc-1042")},
				},
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("namespaces", acme.Namespaces)
		return nil
	})
}
