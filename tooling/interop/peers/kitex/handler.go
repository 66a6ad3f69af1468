package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/pkg/kerrors"

	"interop/kitex_gen/checks"
)

// handler does what the methods of checks.thrift say.
type handler struct {
	mutex      sync.Mutex
	noteCounts map[string]int32
}

func newHandler() *handler { return &handler{noteCounts: map[string]int32{}} }

func (*handler) Nothing(context.Context) error                                { return nil }
func (*handler) Text(_ context.Context, value string) (string, error)         { return value, nil }
func (*handler) Truth(_ context.Context, value bool) (bool, error)            { return value, nil }
func (*handler) Tiny(_ context.Context, value int8) (int8, error)             { return value, nil }
func (*handler) Small(_ context.Context, value int16) (int16, error)          { return value, nil }
func (*handler) Number(_ context.Context, value int32) (int32, error)         { return value, nil }
func (*handler) Large(_ context.Context, value int64) (int64, error)          { return value, nil }
func (*handler) Fraction(_ context.Context, value float64) (float64, error)   { return value, nil }
func (*handler) Bytes(_ context.Context, value []byte) ([]byte, error)        { return value, nil }
func (*handler) Series(_ context.Context, value []int32) ([]int32, error)     { return value, nil }
func (*handler) Marks(_ context.Context, value []int32) ([]int32, error)      { return value, nil }
func (*handler) Rows(_ context.Context, value [][]string) ([][]string, error) { return value, nil }

func (*handler) Colour(_ context.Context, value checks.Colour) (checks.Colour, error) {
	return value, nil
}

func (*handler) Account(_ context.Context, value checks.Account) (checks.Account, error) {
	return value, nil
}

func (*handler) Parcel(_ context.Context, value *checks.Parcel) (*checks.Parcel, error) {
	return value, nil
}

func (*handler) Tree(_ context.Context, value *checks.Tree) (*checks.Tree, error) { return value, nil }

func (*handler) Table(_ context.Context, value map[int32]int32) (map[int32]int32, error) {
	return value, nil
}

func (*handler) Notes(_ context.Context, value map[string]string) (map[string]string, error) {
	return value, nil
}

func (*handler) Products(_ context.Context, size int32) (map[int32]map[int32]int32, error) {
	products := map[int32]map[int32]int32{}
	for key := -size; key <= size; key++ {
		if key == 0 {
			continue
		}
		products[key] = map[int32]int32{}
		for number := int32(1); number <= size; number++ {
			products[key][number] = key * number
		}
	}
	return products, nil
}

func (*handler) Maze(_ context.Context, parcel *checks.Parcel) (map[checks.Account]map[checks.Colour]*checks.Parcel, error) {
	return map[checks.Account]map[checks.Colour]*checks.Parcel{
		1: {checks.Colour_RED: parcel, checks.Colour_GREEN: parcel},
		2: {},
	}, nil
}

func (*handler) Compose(
	_ context.Context, name string, account checks.Account, colour checks.Colour, notes map[string]string,
) (*checks.Parcel, error) {
	return &checks.Parcel{Name: name, Account: account, Colour: colour, Notes: notes, Place: &checks.Point{}}, nil
}

func (*handler) Find(_ context.Context, what string) (*checks.Point, error) {
	return &checks.Point{X: 3, Y: 4}, failure(what)
}

func (*handler) Enter(_ context.Context, what string) error { return failure(what) }

func failure(what string) error {
	switch what {
	case "not found":
		return &checks.NotFound{Key: what}
	case "refused":
		label := "gate"
		return &checks.Refused{Code: 403, Reason: "not today", Place: &checks.Point{X: 1, Y: -1, Label: &label}}
	case "undeclared":
		return errors.New("a failure that is not declared")
	case "business": // travels in TTHeader's headers
		return kerrors.NewBizStatusErrorWithExtra(404, "no such parcel", map[string]string{"hint": "look again"})
	}
	return nil
}

func (h *handler) Note(_ context.Context, value string) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.noteCounts[value]++
	return nil
}

func (h *handler) NoteCount(_ context.Context, value string) (int32, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.noteCounts[value], nil
}

func (*handler) Later(_ context.Context, delayMs int32) (int32, error) {
	time.Sleep(time.Duration(delayMs) * time.Millisecond)
	return delayMs, nil
}

// Beside also sends the value back beside the answer.
func (*handler) Beside(ctx context.Context, key string) (string, error) {
	value, _ := metainfo.GetPersistentValue(ctx, key)
	metainfo.SendBackwardValue(ctx, key, value)
	return value, nil
}

type greeterHandler struct{}

func (*greeterHandler) Greet(_ context.Context, name string) (string, error) {
	return "Good morning, " + name, nil
}
