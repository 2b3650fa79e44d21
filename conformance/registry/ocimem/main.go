// A registry in memory that follows the specification, with its optional parts by flag.
package main

import (
	"flag"
	"log"
	"net"
	"net/http"

	"cuelabs.dev/go/oci/ociregistry/ocimem"
	"cuelabs.dev/go/oci/ociregistry/ociserver"
)

func main() {
	address := flag.String("addr", "127.0.0.1:0", "where to listen")
	noReferrers := flag.Bool("no-referrers", false, "answer 404 to the referrers API")
	noFilter := flag.Bool("no-filter", false, "ignore artifactType in the referrers API")
	page := flag.Int("page", 0, "longest page of a listing; asking for more is an error")
	flag.Parse()
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("listening on %s", listener.Addr())
	log.Fatal(http.Serve(listener, ociserver.New(ocimem.New(), &ociserver.Options{
		DisableReferrersAPI:       *noReferrers,
		DisableReferrersFiltering: *noFilter,
		MaxListPageSize:           *page,
	})))
}
