package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// hub is the least that can be called a live server: it echoes the first message of a
// socket, keeps the socket under that name, and sends whatever is posted to a name to all
// of its sockets. It knows no GraphQL, no database and no viewer. The sockets are handed
// over from net/http as in Kartela's server, one goroutine each.
type hub struct {
	mu       sync.Mutex
	sockets  map[string]map[*websocket.Conn]struct{}
	upgrader websocket.Upgrader
}

func serveHub(ctx context.Context) error {
	debug.SetGCPercent(200) // as Kartela's server
	h := &hub{sockets: map[string]map[*websocket.Conn]struct{}{}, upgrader: websocket.Upgrader{
		ReadBufferSize: 256, WriteBufferSize: 4 << 10, WriteBufferPool: &sync.Pool{}}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /socket", h.open)
	mux.HandleFunc("POST /publish", h.publish)
	return serveLoopback(ctx, mux)
}

// taken is a writer whose connection is given away.
type taken struct{ http.ResponseWriter }

func (t taken) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(t.ResponseWriter).Hijack()
}

func (h *hub) open(w http.ResponseWriter, r *http.Request) {
	conn, err := h.upgrader.Upgrade(taken{w}, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	go h.serve(conn)
}

func (h *hub) serve(conn *websocket.Conn) {
	defer func() { _ = conn.Close() }()
	_, name, err := conn.ReadMessage()
	if err != nil || conn.WriteMessage(websocket.TextMessage, name) != nil {
		return
	}
	h.mu.Lock()
	if h.sockets[string(name)] == nil {
		h.sockets[string(name)] = map[*websocket.Conn]struct{}{}
	}
	h.sockets[string(name)][conn] = struct{}{}
	h.mu.Unlock()
	for err == nil {
		_, _, err = conn.NextReader()
	}
	h.mu.Lock()
	delete(h.sockets[string(name)], conn)
	h.mu.Unlock()
}

func (h *hub) publish(w http.ResponseWriter, r *http.Request) {
	message, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for conn := range h.sockets[r.URL.Query().Get("name")] {
		_ = conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
		_ = conn.WriteMessage(websocket.TextMessage, message) // a socket that is gone leaves by its reader
	}
	w.Header().Set("Content-Length", "11")
	_, _ = io.WriteString(w, "published.\n")
}
