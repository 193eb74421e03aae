// client PORT AUTHORITY VERSION: what test_tls_clients.py asks of a client, by crypto/tls and net/http.
package main

import (
	"bytes"
	"crypto/md5"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

const size = 5000000

func main() {
	authority, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	version := map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}[os.Args[3]]
	transport := &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs: roots, MinVersion: version, MaxVersion: version, ClientSessionCache: tls.NewLRUClientSessionCache(1),
	}}
	client := &http.Client{Transport: transport}
	service := "https://localhost:" + os.Args[1]

	read := func(response *http.Response, err error) []byte {
		if err != nil {
			log.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			log.Fatal(err)
		}
		return body
	}
	body := read(client.Get(fmt.Sprintf("%s/bytes/%d", service, size)))
	fmt.Printf("%x\n", md5.Sum(body))
	fmt.Printf("%s\n", read(client.Post(service+"/echo", "application/octet-stream", bytes.NewReader(body))))
	transport.CloseIdleConnections()
	fmt.Printf("%x\n", md5.Sum(read(client.Get(fmt.Sprintf("%s/chunked/%d", service, size)))))
}
