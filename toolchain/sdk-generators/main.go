// A language host that adds to the one of the same name, further on PATH, what that one is too
// old for: the generators of SDKs, plugins in a Python environment of their own, and the link of
// a package into a program in YAML. The code that does it is that of the engine's release; every
// other request is passed on.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	gen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
	"golang.org/x/mod/modfile"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
)

const largest = 400 << 20

// The methods that are answered here, by language.
var answered = map[string][]string{
	"go":     {"GetPluginInfo", "GeneratePackage", "Link"},
	"nodejs": {"GetPluginInfo", "GeneratePackage", "Link"},
	"python": {"GetPluginInfo", "GeneratePackage", "InstallDependencies", "RunPlugin", "Link"},
	"yaml":   {"Link"},
}

type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	language string
}

func main() {
	if err := serve(filepath.Base(os.Args[0]), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(name string, args []string) error {
	language := strings.TrimPrefix(name, "pulumi-language-")
	next, err := start(name, args)
	if err != nil {
		return err
	}
	pass := func(_ any, _ grpc.ServerStream) error {
		return status.Errorf(codes.Unimplemented, "no other %s is on PATH", name)
	}
	if next != nil {
		pass = next.pass
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer(
		grpc.MaxRecvMsgSize(largest), grpc.ForceServerCodec(codec{}), grpc.UnknownServiceHandler(pass),
	)
	service := pulumirpc.LanguageRuntime_ServiceDesc
	isPassed := func(method string) bool { return !slices.Contains(answered[language], method) }
	service.Methods = slices.DeleteFunc(slices.Clone(service.Methods),
		func(method grpc.MethodDesc) bool { return isPassed(method.MethodName) })
	service.Streams = slices.DeleteFunc(slices.Clone(service.Streams),
		func(stream grpc.StreamDesc) bool { return isPassed(stream.StreamName) })
	server.RegisterService(&service, &host{language: language})
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	return server.Serve(listener)
}

// GetPluginInfo has nothing to report; the engine asks every host for it.
func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
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
	loader := schema.NewCachedLoader(client)
	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(request.Schema), &spec); err != nil {
		return nil, err
	}
	options := schema.ValidationOptions{AllowDanglingReferences: true}
	pkg, diagnostics, err := schema.BindSpec(spec, loader, options)
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	var files map[string][]byte
	tool := "pulumi-language-" + h.language
	switch h.language {
	case "go":
		files, err = gen.GeneratePackage(tool, pkg, request.LocalDependencies)
	case "nodejs":
		files, err = nodejs.GeneratePackage(
			tool, pkg, request.ExtraFiles, request.LocalDependencies, request.Local, loader)
	default:
		files, err = python.GeneratePackage(tool, pkg, request.ExtraFiles, loader)
	}
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

// Link makes a program depend on the SDK that GeneratePackage wrote. YAML needs nothing more.
func (h *host) Link(
	ctx context.Context, request *pulumirpc.LinkRequest,
) (*pulumirpc.LinkResponse, error) {
	root := request.Info.RootDirectory
	for _, linked := range request.Packages {
		var err error
		switch h.language {
		case "go":
			err = linkGo(ctx, root, linked.Path)
		case "nodejs":
			err = linkNode(ctx, root, linked.Path)
		case "python":
			err = linkPython(ctx, request.Info, linked)
		}
		if err != nil {
			return nil, err
		}
	}
	return &pulumirpc.LinkResponse{}, nil
}

// linkGo requires the module of the SDK, and replaces it by its folder.
func linkGo(ctx context.Context, root, path string) error {
	content, err := os.ReadFile(filepath.Join(root, path, "go.mod"))
	if err != nil {
		return err
	}
	module := modfile.ModulePath(content)
	edit := exec.CommandContext(ctx, "go", "mod", "edit",
		"-require="+module+"@v0.0.0-00010101000000-000000000000", "-replace="+module+"=./"+path)
	edit.Dir = root
	if output, err := edit.CombinedOutput(); err != nil {
		return fmt.Errorf("go mod edit: %w: %s", err, output)
	}
	return nil
}

// linkNode adds the SDK to package.json, under the name that its own package.json has.
func linkNode(ctx context.Context, root, path string) error {
	content, err := os.ReadFile(filepath.Join(root, path, "package.json"))
	if err != nil {
		return err
	}
	var manifest struct{ Name string }
	if err := json.Unmarshal(content, &manifest); err != nil {
		return err
	}
	manager, err := npm.ResolvePackageManager(npm.NpmPackageManager, root)
	if err != nil {
		return err
	}
	return manager.Link(ctx, root, manifest.Name, path)
}

// linkPython adds the SDK to requirements.txt or pyproject.toml.
func linkPython(
	ctx context.Context, info *pulumirpc.ProgramInfo, linked *pulumirpc.LinkRequest_LinkDependency,
) error {
	tools, err := environment(info)
	if err != nil {
		return err
	}
	name := python.PyPack("", linked.Package.Name)
	return tools.LinkPackages(ctx, map[string]string{name: linked.Path})
}

// InstallDependencies creates the environment of a Python program or plugin.
func (h *host) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	python, err := environment(request.Info)
	if err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, request.IsTerminal)
	if err != nil {
		return err
	}
	defer closer.Close()
	folder := request.Info.ProgramDirectory
	if err := python.InstallDependencies(server.Context(), folder, false, true, stdout, stderr); err != nil {
		return err
	}
	return closer.Close()
}

// RunPlugin runs the `__main__.py` of a plugin in its environment.
func (h *host) RunPlugin(
	request *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	python, err := environment(request.Info)
	if err != nil {
		return err
	}
	args := append([]string{request.Info.ProgramDirectory}, request.Args...)
	command, err := python.Command(server.Context(), args...)
	if err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer closer.Close()
	command.Dir, command.Stdout, command.Stderr = request.Pwd, stdout, stderr
	command.Env = append(command.Env, request.Env...)
	var ended *exec.ExitError
	if err := command.Run(); errors.As(err, &ended) {
		return server.Send(&pulumirpc.RunPluginResponse{
			Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(ended.ExitCode())},
		})
	} else if err != nil {
		return err
	}
	return closer.Close()
}

func environment(info *pulumirpc.ProgramInfo) (toolchain.Toolchain, error) {
	virtualenv, _ := info.Options.AsMap()["virtualenv"].(string)
	return toolchain.ResolveToolchain(toolchain.PythonOptions{
		Root: info.RootDirectory, ProgramDir: info.ProgramDirectory, Virtualenv: virtualenv,
		Toolchain: toolchain.Pip,
	})
}

// next is the host that requests are passed on to.
type next struct{ connection *grpc.ClientConn }

// start runs the host called name that is on PATH besides this one, if there is one.
func start(name string, args []string) (*next, error) {
	own, err := os.Executable()
	if err != nil {
		return nil, err
	}
	mine, err := os.Stat(own)
	if err != nil {
		return nil, err
	}
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(folder, name)
		found, err := os.Stat(path)
		if err != nil || found.IsDir() || os.SameFile(mine, found) {
			continue
		}
		// The engine passes the options of a runtime as flags, and the older host has no such one.
		known := slices.DeleteFunc(slices.Clone(args),
			func(arg string) bool { return strings.HasPrefix(arg, "-toolchain=") })
		command := exec.Command(path, known...)
		command.Stderr = os.Stderr
		output, err := command.StdoutPipe()
		if err != nil {
			return nil, err
		}
		if err := command.Start(); err != nil {
			return nil, err
		}
		reader := bufio.NewReader(output)
		port, err := reader.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("%s wrote no port: %w", path, err)
		}
		go io.Copy(os.Stderr, reader)
		connection, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port),
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(
				grpc.ForceCodec(codec{}), grpc.MaxCallRecvMsgSize(largest), grpc.MaxCallSendMsgSize(largest)))
		return &next{connection}, err
	}
	return nil, nil
}

// pass passes one request on, and every message of its answer back.
func (n *next) pass(_ any, from grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(from)
	both := &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}
	to, err := n.connection.NewStream(from.Context(), both, method)
	if err != nil {
		return err
	}
	var message raw
	if err := from.RecvMsg(&message); err != nil {
		return err
	}
	if err := to.SendMsg(&message); err != nil {
		return err
	}
	if err := to.CloseSend(); err != nil {
		return err
	}
	for {
		err := to.RecvMsg(&message)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := from.SendMsg(&message); err != nil {
			return err
		}
	}
}

// raw is a message that is not decoded.
type raw []byte

type codec struct{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(value any) ([]byte, error) {
	if message, ok := value.(*raw); ok {
		return *message, nil
	}
	return proto.Marshal(value.(proto.Message))
}

func (codec) Unmarshal(data []byte, value any) error {
	if message, ok := value.(*raw); ok {
		*message = slices.Clone(data)
		return nil
	}
	return proto.Unmarshal(data, value.(proto.Message))
}
