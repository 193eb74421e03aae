// A server of chi that names the pattern that served a request in X-Route: chi_app list|serve.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/go-chi/chi"
)

func main() {
	router := chi.NewRouter()
	answer := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Route", chi.RouteContext(r.Context()).RoutePattern())
	}
	for _, path := range []string{
		"/", "/users", "/users/me", "/users/{id}", "/users/{id}/edit", "/files/*", "/slash/{id}/", `/int/{n:[0-9]+}`,
		`/int/{n:[0-9]+}/items`, "/x/{file}.json", "/near/{lat}-{lng}", `/codes/{code:[A-Z]+[0-9]+}`, "/a/{b}/c/*",
		`/day/{year:[0-9]+}-{month:[0-9]+}`,
	} {
		router.Get(path, answer)
	}
	router.Post("/users", answer)
	if os.Args[1] == "list" {
		chi.Walk(router, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
			fmt.Println(method, route)
			return nil
		})
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening on", listener.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(listener, router))
}
