"""WebSockets through wayside between two implementations, Python's websockets and Node's ws, each on either side."""

import asyncio
import contextlib
import signal
import time

import support
import websockets

ROUTES = "routes: [/chat, /refused]\n"


class WebSocket(support.TestCase):
    def start_in_front_of(self, port):
        self.wayside = self.start_wayside(config=ROUTES, backend=f"http://127.0.0.1:{port}")
        return f"ws://127.0.0.1:{self.wayside.proxy_port}"

    def assert_counted(self, endpoint, status):
        labels = {"endpoint": endpoint, "method": "GET", "http_status": status}
        self.wayside.wait_for_sample(1.0, "http_requests_total", **labels)

    def node_server(self):
        server = self.start_node("ws_server.js")
        return self.start_in_front_of(server.wait_for_line(r"listening on (\d+)").group(1))

    def test_a_python_client_talks_to_a_node_server(self):
        url = self.node_server()

        async def talk():
            async with websockets.connect(url + "/chat", subprotocols=["a", "b"], max_size=None) as socket:
                self.assertEqual(socket.subprotocol, "b")
                for message in ("hello", "", "é" * 70_000, b"\x00\xff" * 1_000_000):
                    await socket.send(message)
                    self.assertEqual(await socket.recv(), message)
                await (await socket.ping())
                await socket.send("close")
                await socket.wait_closed()
                return socket.close_code, socket.close_reason

        self.assertEqual(asyncio.run(asyncio.wait_for(talk(), support.TIMEOUT_S)), (4321, "as you wish"))
        self.assert_counted("/chat", "101")

    def test_a_refused_upgrade_is_an_ordinary_answer(self):
        url = self.node_server()

        async def knock():
            await websockets.connect(url + "/refused")

        with self.assertRaises(websockets.InvalidStatusCode) as refusal:
            asyncio.run(asyncio.wait_for(knock(), support.TIMEOUT_S))
        self.assertEqual(refusal.exception.status_code, 401)
        self.assert_counted("/refused", "401")

    def test_a_node_client_talks_to_a_python_server(self):
        async def echo(socket):
            with contextlib.suppress(websockets.ConnectionClosed):  # of any code but 1000
                async for message in socket:
                    await socket.send(message)

        async def serve():
            async with websockets.serve(echo, "127.0.0.1", 0, subprotocols=["chat"], max_size=None) as server:
                url = self.start_in_front_of(server.sockets[0].getsockname()[1])
                client = self.start_node("ws_client.js", url + "/chat")
                return await asyncio.to_thread(client.wait), client.output

        status, output = asyncio.run(serve())
        self.assertEqual((status, output), (0, "closed with 4000\n"))
        self.assert_counted("/chat", "101")

    def end_wayside(self):
        began = time.monotonic()
        self.wayside.signal(signal.SIGTERM)
        self.assertEqual(self.wayside.wait(), 0, self.wayside.output)
        self.assertLess(time.monotonic() - began, 15, "half of timeouts.drain")
        self.assertNotIn("cut off", self.wayside.output)

    def test_a_drain_closes_both_sides(self):
        seen = []

        async def echo(socket):
            with contextlib.suppress(websockets.ConnectionClosed):
                async for message in socket:
                    await socket.send(message)
            seen.append(socket.close_code)

        async def serve():
            async with websockets.serve(echo, "127.0.0.1", 0) as server:
                url = self.start_in_front_of(server.sockets[0].getsockname()[1])
                async with websockets.connect(url + "/chat") as socket:
                    await socket.send("hello")
                    self.assertEqual(await socket.recv(), "hello")
                    end = asyncio.create_task(asyncio.to_thread(self.end_wayside))
                    await socket.wait_closed()
                    await end
                    return socket.close_code

        self.assertEqual(asyncio.run(asyncio.wait_for(serve(), support.TIMEOUT_S)), 1001)
        self.assertEqual(seen, [1001])

    def test_a_drain_closes_a_node_server(self):
        url = self.node_server()

        async def talk():
            async with websockets.connect(url + "/chat") as socket:
                await socket.send("hello")
                await socket.recv()
                end = asyncio.create_task(asyncio.to_thread(self.end_wayside))
                await socket.wait_closed()
                await end
                return socket.close_code

        self.assertEqual(asyncio.run(asyncio.wait_for(talk(), support.TIMEOUT_S)), 1001)

    def test_a_client_that_is_killed_ends_the_tunnel(self):
        ended = asyncio.Event()

        async def wait_for_the_end(socket):
            with contextlib.suppress(websockets.ConnectionClosed):
                await socket.recv()
            ended.set()

        async def serve():
            async with websockets.serve(wait_for_the_end, "127.0.0.1", 0) as server:
                url = self.start_in_front_of(server.sockets[0].getsockname()[1])
                socket = await websockets.connect(url + "/chat")
                socket.transport.abort()
                await asyncio.wait_for(ended.wait(), support.TIMEOUT_S)

        asyncio.run(serve())


if __name__ == "__main__":
    support.unittest.main()
