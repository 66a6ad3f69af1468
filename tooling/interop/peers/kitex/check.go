package main

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/cloudwego/kitex/pkg/remote"
)

// check runs one check. What it gives back is part of the line: it has to be the same through the gateway.
func check(name string, run func() (seen string, err error)) {
	seen, err := run()
	switch {
	case err != nil:
		fmt.Printf("not ok %s: %s\n", name, strings.ReplaceAll(err.Error(), "\n", " "))
	case seen != "":
		fmt.Printf("ok %s: %s\n", name, seen)
	default:
		fmt.Printf("ok %s\n", name)
	}
}

// equal compares an answer, when there is one.
func equal[Value any](expected Value) func(Value, error) (string, error) {
	return func(actual Value, err error) (string, error) {
		if err == nil && !reflect.DeepEqual(actual, expected) {
			err = fmt.Errorf("%v instead of %v", actual, expected)
		}
		return "", err
	}
}

// thrown expects an exception of a kind.
func thrown[Exception error](err error) (exception Exception, problem error) {
	if !errors.As(err, &exception) {
		problem = fmt.Errorf("threw %v", err)
	}
	return exception, problem
}

// applicationException expects Thrift's own exception and gives its type and message.
func applicationException(err error) (string, error) {
	exception, problem := thrown[*remote.TransError](err)
	if problem != nil {
		return "", problem
	}
	return fmt.Sprintf("type %d, %s", exception.TypeID(), exception.Error()), nil
}
