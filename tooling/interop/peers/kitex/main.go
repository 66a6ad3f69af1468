// Program interop is a Kitex client and a Kitex server of checks.thrift:
//
//	interop server PROTOCOL TRANSPORT
//	interop client PROTOCOL TRANSPORT PORT MULTIPLEXED-PORT
//
// Kitex writes the binary protocol only. Transports are buffered, framed, ttheader and ttheader-framed; the last two also with
// `-mux`: calls share one connection, and are answered in any order.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/cloudwego/kitex/pkg/klog"
)

func main() {
	klog.SetOutput(io.Discard)
	arguments := os.Args[1:]
	var err error
	switch {
	case len(arguments) == 3 && arguments[0] == "server":
		err = serve(arguments[2])
	case len(arguments) == 5 && arguments[0] == "client":
		err = runChecks(arguments[2], arguments[3])
	default:
		err = fmt.Errorf("usage: interop server PROTOCOL TRANSPORT | interop client PROTOCOL TRANSPORT PORT MULTIPLEXED-PORT")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
