// pairs - the Go side of bench/pairs.c: blocks made 12 calls deep.
//
//	pairs PAIRS
//
// Run with GODEBUG=allocfreetrace=1 and standard error in a file.  Prints the
// wall time of the loop in nanoseconds.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

var ring [32][]byte
var seed uint64 = 1

func pair(more int) {
	seed = seed*6364136223846793005 + 1442695040888963407
	ring[seed>>33&31] = make([]byte, 16+more+int(seed>>55<<1))
}

//go:noinline
func bottomA() { pair(0) }

//go:noinline
func bottomB() { pair(2) }

//go:noinline
func bottomC() { pair(4) }

//go:noinline
func bottomD() { pair(6) }

var bottom = [4]func(){bottomA, bottomB, bottomC, bottomD}

//go:noinline
func down(i, depth int) {
	if depth > 0 {
		down(i, depth-1)
	} else {
		bottom[i&3]()
	}
}

func main() {
	pairs, _ := strconv.Atoi(os.Args[1])
	start := time.Now()
	for i := 0; i < pairs; i++ {
		down(i, 9)
	}
	runtime.GC()
	fmt.Println("wall", time.Since(start).Nanoseconds(), "cpu 0")
}
