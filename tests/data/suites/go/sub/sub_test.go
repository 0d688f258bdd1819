package sub

import "testing"

// The same name as in the other package.
func TestAdd(t *testing.T) {}

func TestSub(t *testing.T) {}
