package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/connpool"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/transport"

	"interop/kitex_gen/checks/checks"
	"interop/kitex_gen/checks/futurechecks"
	"interop/kitex_gen/checks/greeter"
)

var transports = map[string]transport.Protocol{
	"buffered":        transport.PurePayload,
	"framed":          transport.Framed,
	"ttheader":        transport.TTHeader,
	"ttheader-framed": transport.TTHeaderFramed,
}

// clients are one for each service.
type clients struct {
	checks  checks.Client
	future  futurechecks.Client
	greeter greeter.Client
}

func options(transportName, port string) ([]client.Option, error) {
	name, isMux := strings.CutSuffix(transportName, "-mux")
	protocol, isKnown := transports[name]
	if !isKnown {
		return nil, fmt.Errorf("unknown transport %s", transportName)
	}
	connection := client.WithLongConnection(connpool.IdleConfig{
		MaxIdlePerAddress: 10, MaxIdleGlobal: 10, MaxIdleTimeout: time.Minute,
	})
	if isMux {
		connection = client.WithMuxConnection(1)
	}
	return []client.Option{
		client.WithHostPorts("127.0.0.1:" + port),
		client.WithTransportProtocol(protocol),
		client.WithMetaHandler(transmeta.ClientTTHeaderHandler),
		client.WithRPCTimeout(10 * time.Second),
		connection,
	}, nil
}

func connect(transportName, port string) (*clients, error) {
	options, err := options(transportName, port)
	if err != nil {
		return nil, err
	}
	all := &clients{}
	if all.checks, err = checks.NewClient("interop", options...); err != nil {
		return nil, err
	}
	if all.future, err = futurechecks.NewClient("interop", options...); err != nil {
		return nil, err
	}
	all.greeter, err = greeter.NewClient("interop", options...)
	return all, err
}
