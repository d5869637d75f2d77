# SPDX-License-Identifier: Apache-2.0
"""Stands before an S3 server: writes every request down, and answers what that server has no idea of.

    s3_front.py SERVER_PORT FOLDER

It listens on a free port of 127.0.0.1, which is written to FOLDER/port. FOLDER/log gets a line for
each request, with tabs: METHOD, the decoded path and query, STATUS, then of the request x-amz-acl,
Content-MD5, Content-Type, the body's size and SHA-256, and what a bucket is created with. Requests go
on to the server as they came, but for what Amazon's S3 does and s3rver does not:

  - a new bucket has the object ownership BucketOwnerEnforced unless x-amz-object-ownership says
    otherwise; GET and PUT ?ownershipControls tell and set it
  - a bucket with BucketOwnerEnforced refuses an object with an ACL: AccessControlListNotSupported
  - a body that is not what Content-MD5 says is refused: BadDigest
  - an object whose body did not arrive as a whole is not stored

FOLDER/denied, when it is there, makes ?ownershipControls answer AccessDenied. FOLDER/hold has the end
of a path: a PUT of it gets no answer, and is logged as HELD when half of it has arrived. POST / is
EC2's API, of which this is a stub: FOLDER/ec2-ACTION.xml is the answer, an error if there is none.
"""
import base64
import hashlib
import http.client
import http.server
import os
import re
import sys
import threading
import urllib.parse
from xml.sax.saxutils import escape

server_port = int(sys.argv[1])
folder = sys.argv[2]
ownership = {}  # by bucket
log_lock = threading.Lock()


def text(name):
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    body = b""
    remark = ""

    def log_message(self, *arguments):
        pass

    def write_down(self, status):
        header = [self.headers.get(name, "-") for name in ("x-amz-acl", "Content-MD5", "Content-Type")]
        body = [str(len(self.body)), hashlib.sha256(self.body).hexdigest()]
        fields = [self.command, urllib.parse.unquote(self.path), str(status), *header, *body, self.remark]
        with log_lock, open(os.path.join(folder, "log"), "a", encoding="utf-8") as log:
            log.write("\t".join(fields) + "\n")

    def answer(self, status, headers, content):
        self.write_down(status)
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if self.command != "HEAD" and status != 204 and "content-length" not in (n.lower() for n, _ in headers):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def answer_xml(self, status, xml):
        self.answer(status, [("Content-Type", "application/xml")], xml.encode())

    def refuse(self, status, code, message):
        self.answer_xml(status, f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>")

    def hold(self):
        """Half of the body, and then nothing until the other side is gone."""
        self.body = self.rfile.read(int(self.headers["Content-Length"]) // 2)
        self.write_down("HELD")
        while self.rfile.read1(65536):
            pass
        self.close_connection = True

    def forward(self):
        connection = http.client.HTTPConnection("127.0.0.1", server_port, timeout=60)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("expect", "connection"):
                connection.putheader(name, value)
        connection.endheaders(self.body)
        response = connection.getresponse()
        content = response.read()
        dropped = ("connection", "keep-alive", "transfer-encoding")
        headers = [(name, value) for name, value in response.getheaders() if name.lower() not in dropped]
        self.answer(response.status, headers, content)
        connection.close()
        return response.status

    def handle_ownership(self, bucket):
        if text("denied") is not None:
            self.refuse(403, "AccessDenied", "Access Denied")
        elif self.command == "PUT":
            ownership[bucket] = re.search(rb"<ObjectOwnership>(\w+)<", self.body)[1].decode()
            self.answer(200, [], b"")
        elif bucket in ownership:
            self.answer_xml(200, "<OwnershipControls><Rule><ObjectOwnership>" + ownership[bucket]
                            + "</ObjectOwnership></Rule></OwnershipControls>")
        else:
            self.refuse(404, "NoSuchBucket", "The specified bucket does not exist")

    def make_bucket(self, bucket):
        chosen = self.headers.get("x-amz-object-ownership", "BucketOwnerEnforced")
        place = re.search(rb"<LocationConstraint>([^<]*)<", self.body)
        self.remark = chosen + (" " + place[1].decode() if place else "")
        if self.forward() == 200:
            ownership[bucket] = chosen

    def put_object(self, bucket):
        digest = base64.b64encode(hashlib.md5(self.body).digest()).decode()
        if ownership.get(bucket) == "BucketOwnerEnforced" and "x-amz-acl" in self.headers:
            self.refuse(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")
        elif self.headers.get("Content-MD5", digest) != digest:
            self.refuse(400, "BadDigest", "The Content-MD5 you specified did not match what we received.")
        else:
            self.forward()

    def handle_ec2(self):
        form = dict(urllib.parse.parse_qsl(self.body.decode()))
        self.remark = " ".join(f"{name}={value}" for name, value in sorted(form.items()) if name != "Version")
        xml = text(f"ec2-{form['Action']}.xml")
        if xml is None:
            self.answer_xml(400, "<Response><Errors><Error><Code>UnauthorizedOperation</Code>"
                            "<Message>not allowed</Message></Error></Errors><RequestID>1</RequestID></Response>")
        else:
            self.answer_xml(200, xml)

    def handle_request(self):
        path, _, query = self.path.partition("?")
        _, bucket, *key = urllib.parse.unquote(path).split("/", 2)
        is_object = bool(key and key[0])
        held = text("hold")
        if self.command == "PUT" and held and urllib.parse.unquote(path).endswith(held.strip()):
            return self.hold()
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.remark = ""
        if self.command == "POST" and path == "/":
            self.handle_ec2()
        elif "ownershipControls" in query:
            self.handle_ownership(bucket)
        elif self.command == "PUT" and not is_object and not query:
            self.make_bucket(bucket)
        elif self.command == "PUT" and is_object and not query:
            self.put_object(bucket)
        else:
            self.forward()

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_request


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


front = Server(("127.0.0.1", 0), Front)
with open(os.path.join(folder, "port.new"), "w", encoding="utf-8") as file:
    file.write(f"{front.server_address[1]}\n")
os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
front.serve_forever()
