// Package prices has one polluter, TestDollars, and its victim, TestEuros.
package prices

import (
	"fmt"
	"os"
	"testing"
)

var currency = "EUR"

func TestAdd(t *testing.T) {}

func TestAddMore(t *testing.T) {}

func TestDollars(t *testing.T) { currency = "USD" }

func TestPrintWithoutNewline(t *testing.T) { fmt.Print("no newline") }

func TestParts(t *testing.T) {
	t.Run("a b", func(t *testing.T) {})
	t.Run("c", func(t *testing.T) { t.Log("a log line") })
}

func TestSkipped(t *testing.T) { t.Skip("not on this machine") }

func TestÜmlaut(t *testing.T) {}

func TestEuros(t *testing.T) {
	if currency != "EUR" {
		t.Errorf("currency is %s", currency)
	}
}

// Crashes when asked to by the environment.
func TestMayPanic(t *testing.T) {
	if os.Getenv("CRASH") == "panic" {
		panic("out of stock")
	}
	if os.Getenv("CRASH") == "exit" {
		os.Exit(3)
	}
}

func TestParallel(t *testing.T) { t.Parallel() }

func BenchmarkAdd(b *testing.B) {}

func FuzzAdd(f *testing.F) {
	f.Add(1)
	f.Fuzz(func(t *testing.T, i int) {})
}

func ExamplePrint() {
	fmt.Println("hi")
	// Output: hi
}
