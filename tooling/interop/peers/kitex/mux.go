package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const inFlight = 100

// checkMux has many calls in flight on one connection.
func (c *clients) checkMux() {
	check("100 calls at once, each with its own answer", func() (string, error) {
		return "", atOnce(func(index int32) error {
			_, err := equal(index)(c.checks.Number(context.Background(), index))
			return err
		})
	})
	check("100 calls that wait for different times", func() (string, error) {
		return "", atOnce(func(index int32) error {
			_, err := equal(index % 20)(c.checks.Later(context.Background(), index%20))
			return err
		})
	})
	check("a quick call overtakes a slow one", func() (string, error) {
		slow := make(chan error, 1)
		go func() {
			_, err := c.checks.Later(context.Background(), 2000)
			slow <- err
		}()
		start := time.Now()
		if _, err := c.checks.Later(context.Background(), 50); err != nil {
			return "", err
		}
		took := time.Since(start)
		if err := <-slow; err != nil {
			return "", err
		}
		if took > time.Second {
			return "", fmt.Errorf("it had to wait for %d ms", took.Milliseconds())
		}
		return "", nil
	})
}

// atOnce runs calls at the same time and gives their first error.
func atOnce(call func(index int32) error) (first error) {
	var group sync.WaitGroup
	var once sync.Once
	for index := range int32(inFlight) {
		group.Go(func() {
			if err := call(index); err != nil {
				once.Do(func() { first = err })
			}
		})
	}
	group.Wait()
	return first
}
