package main

import (
	"fmt"
	"net"
	"strings"

	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/server"

	"interop/kitex_gen/checks/checks"
	"interop/kitex_gen/checks/greeter"
)

// serve listens on a port of the system's choice. A Kitex server finds the transport of each connection out by itself, but
// whether calls share connections.
func serve(transport string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	options := []server.Option{
		server.WithListener(listener),
		server.WithMetaHandler(transmeta.ServerTTHeaderHandler),
	}
	if strings.HasSuffix(transport, "-mux") {
		options = append(options, server.WithMuxTransport())
	}
	kitex := server.NewServer(options...)
	if err := checks.RegisterService(kitex, newHandler()); err != nil {
		return err
	}
	if err := greeter.RegisterService(kitex, &greeterHandler{}); err != nil {
		return err
	}
	// Without the multiplexed protocol of Apache Thrift: TTHeader names the service in a header.
	fmt.Printf("listening %d 0\n", listener.Addr().(*net.TCPAddr).Port)
	return kitex.Run()
}
