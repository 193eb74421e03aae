// A server of net/http that names the pattern that served a request in X-Route. Its source is its listing.
package main

import (
	"fmt"
	"net"
	"net/http"
)

func main() {
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r)
		w.Header().Set("X-Route", pattern)
	}
	mux.HandleFunc("/health", answer)
	mux.HandleFunc("/static/", answer)
	mux.HandleFunc("/static/css/", answer)
	mux.HandleFunc("/api/users", answer)
	mux.Handle("/api/users/", http.HandlerFunc(answer))
	mux.HandleFunc(`/files/report.pdf`, answer)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening on", listener.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(listener, mux))
}
