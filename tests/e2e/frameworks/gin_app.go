// A server of Gin that names the pattern that served a request in X-Route: gin_app list|serve. Its log is its listing.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"
)

func main() {
	gin.DefaultWriter = os.Stdout
	router := gin.New()
	answer := func(c *gin.Context) { c.Header("X-Route", c.FullPath()) }
	for _, path := range []string{
		"/", "/users", "/users/me", "/users/:id", "/users/:id/edit", "/files/*path", "/slash/:id/", "/x/v:file",
		"/a/:b/c/*rest", "/dot/:name.json", "/static/css/app.css",
	} {
		router.GET(path, answer)
	}
	router.POST("/users", answer)
	if os.Args[1] == "list" {
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("listening on", listener.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(listener, router))
}
