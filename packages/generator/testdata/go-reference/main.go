// Prints what Go makes of each template on standard input: the record that the template engine is compared with.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log"
	"maps"
	"os"
	"slices"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"
)

type table struct {
	Data map[string]string `json:"data"`
	// The names of Sprig's functions.
	Functions []string   `json:"functions"`
	Cases     []testCase `json:"cases"`
}

type testCase struct {
	Template string  `json:"template"`
	Data     string  `json:"data"`
	Output   *string `json:"output,omitempty"`
	Error    *string `json:"error,omitempty"`
}

func main() {
	var record table
	if err := json.NewDecoder(os.Stdin).Decode(&record); err != nil {
		log.Fatal(err)
	}
	record.Functions = slices.Sorted(maps.Keys(sprig.GenericFuncMap()))
	for i := range record.Cases {
		c := &record.Cases[i]
		output, err := render(c.Template, record.Data[c.Data])
		c.Output, c.Error = &output, nil
		if err != nil {
			message := err.Error()
			c.Output, c.Error = nil, &message
		}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(record); err != nil {
		log.Fatal(err)
	}
}

func render(text, source string) (string, error) {
	var data any
	if err := yamlv3.Unmarshal([]byte(source), &data); err != nil {
		log.Fatal(err)
	}
	parsed, err := template.New("t").Option("missingkey=error").Funcs(functions()).Parse(text)
	if err != nil {
		return "", err
	}
	var output bytes.Buffer
	err = parsed.Execute(&output, data)
	return output.String(), err
}

// Sprig's functions, without its slice, which hides Go's own; and those that Helm adds.
func functions() template.FuncMap {
	table := sprig.TxtFuncMap()
	delete(table, "slice")
	table["required"] = func(message string, value any) (any, error) {
		if value == nil || value == "" {
			return value, errors.New(message)
		}
		return value, nil
	}
	table["toYaml"] = func(value any) string {
		text, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	table["fromYaml"] = func(text string) map[string]any {
		value := map[string]any{}
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			value["Error"] = err.Error()
		}
		return value
	}
	return table
}
