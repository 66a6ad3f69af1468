package main

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"interop/kitex_gen/checks"
)

// runChecks prints a line `ok NAME` or `not ok NAME: WHY` for each check.
func runChecks(transportName, port string) error {
	clients, err := connect(transportName, port)
	if err != nil {
		return err
	}
	clients.checkValues()
	clients.checkAnswers()
	clients.checkExceptions()
	clients.checkOneway()
	if strings.HasPrefix(transportName, "ttheader") {
		clients.checkHeaders()
	}
	if strings.HasSuffix(transportName, "-mux") {
		clients.checkMux()
	}
	return nil
}

func point(label string) *checks.Point {
	made := &checks.Point{X: -7, Y: math.MaxInt32}
	if label != "" {
		made.Label = &label
	}
	return made
}

func parcel() *checks.Parcel {
	seal := make([]byte, 256)
	for index := range seal {
		seal[index] = byte(255 - index)
	}
	return &checks.Parcel{
		Name: "książka 📚", Fragile: true, Code: math.MinInt8, Shelf: math.MinInt16, Count: math.MinInt32,
		Account: math.MinInt64, Weight: -0.1, Seal: seal, Colour: checks.Colour_BLUE, Place: point("here"),
		Way: []*checks.Point{point(""), point("there")}, Notes: map[string]string{"a": "", "": "b", "ü": "ß"},
		Marks: []int32{1, 2, 3}, Footer: "end",
	}
}

func treeOf(depth int) *checks.Tree {
	made := &checks.Tree{Name: fmt.Sprintf("at %d", depth), Branches: []*checks.Tree{}}
	if depth > 0 {
		made.Branches = append(made.Branches, treeOf(depth-1))
	}
	return made
}

// checkValues calls methods that answer with their argument.
func (c *clients) checkValues() {
	ctx := context.Background()
	check("nothing", func() (string, error) { return "", c.checks.Nothing(ctx) })
	same(c.checks.Text, "text", "", "Zażółć gęślą jaźń, 日本語, עברית, 📦\x00\t\r\n\"\\", strings.Repeat("long text ", 20_000))
	same(c.checks.Truth, "truth", true, false)
	same(c.checks.Tiny, "tiny", 0, -1, math.MaxInt8, math.MinInt8)
	same(c.checks.Small, "small", 0, -1, math.MaxInt16, math.MinInt16)
	same(c.checks.Number, "number", 0, -1, math.MaxInt32, math.MinInt32)
	same(c.checks.Large, "large", 0, -1, math.MaxInt64, math.MinInt64)
	same(c.checks.Fraction, "fraction", 0, -1.5, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1))
	same(c.checks.Bytes, "bytes", []byte{}, parcel().Seal, []byte(strings.Repeat("monolake", 1<<17)))
	same(c.checks.Colour, "colour", checks.Colour_BLUE)
	same(c.checks.Account, "account", 0x100000001)
	same(c.checks.Parcel, "parcel", parcel())
	same(c.checks.Tree, "tree", treeOf(30))
	same(c.checks.Series, "series", []int32{}, []int32{3, -1, math.MaxInt32})
	same(c.checks.Marks, "marks", []int32{1, 2, 3})
	same(c.checks.Table, "table", map[int32]int32{0: 1, -5: 5})
	same(c.checks.Notes, "notes", map[string]string{}, map[string]string{"a": "2", "some words": "thing"})
	same(c.checks.Rows, "rows", [][]string{{"a"}, {}, {"b", "c"}})
}

func (c *clients) checkAnswers() {
	ctx := context.Background()
	check("products", func() (string, error) {
		return equal(map[int32]map[int32]int32{1: {1: 1, 2: 2}, -1: {1: -1, 2: -2}, 2: {1: 2, 2: 4}, -2: {1: -2, 2: -4}})(
			c.checks.Products(ctx, 2))
	})
	check("maze", func() (string, error) {
		return equal(map[checks.Account]map[checks.Colour]*checks.Parcel{
			1: {checks.Colour_RED: parcel(), checks.Colour_GREEN: parcel()}, 2: {},
		})(c.checks.Maze(ctx, parcel()))
	})
	check("compose", func() (string, error) {
		made, err := c.checks.Compose(ctx, "four", math.MaxInt64, checks.Colour_GREEN, map[string]string{"a": "b"})
		if err != nil {
			return "", err
		}
		return equal(fmt.Sprint("four", int64(math.MaxInt64), checks.Colour_GREEN, "b"))(
			fmt.Sprint(made.Name, made.Account, made.Colour, made.Notes["a"]), nil)
	})
	check("find", func() (string, error) { return equal(&checks.Point{X: 3, Y: 4})(c.checks.Find(ctx, "it")) })
	check("enter", func() (string, error) { return "", c.checks.Enter(ctx, "it") })
}

func (c *clients) checkExceptions() {
	ctx := context.Background()
	check("exception, declared first", func() (string, error) {
		_, err := c.checks.Find(ctx, "not found")
		exception, problem := thrown[*checks.NotFound](err)
		if problem != nil {
			return "", problem
		}
		return equal("not found")(exception.Key, nil)
	})
	check("exception, declared second", func() (string, error) {
		_, err := c.checks.Find(ctx, "refused")
		exception, problem := thrown[*checks.Refused](err)
		if problem != nil {
			return "", problem
		}
		return equal("403 not today 1 -1 gate")(fmt.Sprint(exception.Code, " ", exception.Reason, " ",
			exception.Place.X, " ", exception.Place.Y, " ", exception.Place.GetLabel()), nil)
	})
	check("exception, undeclared", func() (string, error) {
		_, err := c.checks.Find(ctx, "undeclared")
		return applicationException(err)
	})
	check("exception of a void method", func() (string, error) {
		_, problem := thrown[*checks.NotFound](c.checks.Enter(ctx, "not found"))
		return "", problem
	})
	check("unknown method", func() (string, error) {
		_, err := c.future.Missing(ctx, "?")
		return applicationException(err)
	})
}

func (c *clients) checkOneway() {
	ctx := context.Background()
	check("oneway, carried out once", func() (string, error) {
		value := fmt.Sprint(time.Now().UnixNano())
		if err := c.checks.Note(ctx, value); err != nil {
			return "", err
		}
		var count int32
		for tries := 0; count == 0 && tries < 1000; tries++ {
			var err error
			if count, err = c.checks.NoteCount(ctx, value); err != nil {
				return "", err
			}
		}
		return equal(int32(1))(count, nil)
	})
}

// same calls a method that answers with its argument.
func same[Value any, Option any](call func(context.Context, Value, ...Option) (Value, error), name string, values ...Value) {
	for index, value := range values {
		check(fmt.Sprintf("%s, value %d", name, index+1), func() (string, error) {
			return equal(value)(call(context.Background(), value))
		})
	}
}
