// A language host for C# and for Java that generates SDKs and nothing else. Newer releases of the
// engine's packages do not contain the generator of C#, and that of Java is a module of its own.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi-java/pkg/codegen/java"
	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

const largest = 400 << 20

type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	tool string
}

func main() {
	http.DefaultTransport = logo{}
	if err := serve(filepath.Base(os.Args[0])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(tool string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(largest))
	pulumirpc.RegisterLanguageRuntimeServer(server, &host{tool: tool})
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	return server.Serve(listener)
}

// logo answers the one request of the generator of C#, which would download a picture.
type logo struct{}

func (logo) RoundTrip(*http.Request) (*http.Response, error) {
	var content bytes.Buffer
	err := png.Encode(&content, image.NewGray(image.Rect(0, 0, 64, 64)))
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(&content)}, err
}

// GetPluginInfo has nothing to report; the engine asks every host for it.
func (*host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{}, nil
}

// GeneratePackage writes the SDK of a package.
func (h *host) GeneratePackage(
	_ context.Context, request *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	client, err := schema.NewLoaderClient(request.LoaderTarget)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(request.Schema), &spec); err != nil {
		return nil, err
	}
	options := schema.ValidationOptions{AllowDanglingReferences: true}
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewCachedLoader(client), options)
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	files, err := h.generate(pkg, request)
	if err != nil {
		return nil, err
	}
	for name, content := range files {
		path := filepath.Join(request.Directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return nil, err
		}
	}
	return &pulumirpc.GeneratePackageResponse{}, nil
}

func (h *host) generate(
	pkg *schema.Package, request *pulumirpc.GeneratePackageRequest,
) (map[string][]byte, error) {
	if strings.HasSuffix(h.tool, "-java") {
		return java.GeneratePackage(
			h.tool, pkg, request.ExtraFiles, request.LocalDependencies, request.Local, false)
	}
	return dotnet.GeneratePackage(h.tool, pkg, request.ExtraFiles, request.LocalDependencies)
}
