package main

import (
	"context"
	"fmt"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/pkg/kerrors"
)

// checkHeaders checks what TTHeader carries beside calls and answers.
func (c *clients) checkHeaders() {
	check("header of the call", func() (string, error) {
		ctx := metainfo.WithPersistentValue(context.Background(), "caller", "Zoë")
		return equal("Zoë")(c.checks.Beside(ctx, "caller"))
	})
	check("header of the answer", func() (string, error) {
		ctx := metainfo.WithPersistentValue(metainfo.WithBackwardValues(context.Background()), "caller", "Zoë")
		if _, err := c.checks.Beside(ctx, "caller"); err != nil {
			return "", err
		}
		value, _ := metainfo.RecvBackwardValue(ctx, "caller")
		return equal("Zoë")(value, nil)
	})
	check("service named in a header", func() (string, error) {
		return equal("Good morning, Ada")(c.greeter.Greet(context.Background(), "Ada"))
	})
	check("status of the business in headers", func() (string, error) {
		_, err := c.checks.Find(context.Background(), "business")
		status, isStatus := kerrors.FromBizStatusError(err)
		if !isStatus {
			return "", fmt.Errorf("threw %v", err)
		}
		return equal("404 no such parcel look again")(
			fmt.Sprint(status.BizStatusCode(), " ", status.BizMessage(), " ", status.BizExtra()["hint"]), nil)
	})
}
