//go:build tools

// Package tools names the programs that go.mod and go.sum pin.
package tools

import _ "github.com/rhysd/actionlint/cmd/actionlint"
