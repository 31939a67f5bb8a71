"""People of the portal and of MackChat, for a machine of one's own (npm run load) and for Azure Load Testing.

Learners, chatters with sockets, visitors who send forms, and staff. Afterwards everything is read again and compared with what was
acknowledged: nothing lost, nothing doubled. Every name in the statistics is an operation of the API, or of the lists at the end.

Accounts are those of `npm run seed -- --people N`. The service limits by address and by person: it has to be told of this test
(TRUSTED_SITES, RATE_LIMIT_SCALE).
"""
import itertools
import json
import os
import random
import struct
import time
import uuid
from collections import Counter
from urllib.parse import quote

import gevent
import websocket
from gevent.lock import RLock
from locust import FastHttpUser, between, events, task

PASSWORD = os.environ.get("LOAD_PASSWORD", "Demo-Only-Start-Over-1")
DOMAIN = os.environ.get("LOAD_DOMAIN", "seed-1.example.org")
ACCOUNTS = int(os.environ.get("LOAD_ACCOUNTS", "200"))
# How fast people are: 2 is twice as fast as they would be.
PACE = float(os.environ.get("LOAD_PACE", "1"))
# From when everybody has signed in, and longer where not everything was done once by then. Unset: LOCUST_RUN_TIME says.
SECONDS = float(os.environ.get("LOAD_SECONDS", "0"))
# Of what was acknowledged, the share that is sent again all the same.
IMPATIENCE = float(os.environ.get("LOAD_IMPATIENCE", "0.05"))
REPORT = os.environ.get("LOAD_REPORT")

API = "/api/v1"
run = uuid.uuid4().hex[:12]
# Those before are the staff of the seed.
numbers = itertools.count(2 + ACCOUNTS // 50 + ACCOUNTS // 2000)
people = []          # all who take part, in the order in which they came
rooms = []           # conversations
forms = {}           # marker -> what was acknowledged of it; None where nobody knows
done = set()         # operations that succeeded
tally = Counter()


def note(kind, name, started, problem=None, size=0):
    """Something that is not a request, among the requests."""
    events.request.fire(request_type=kind, name=name, response_time=(time.perf_counter() - started) * 1000, response_length=size,
                        exception=RuntimeError(problem) if problem else None, context={})


def pause(least, most):
    return between(least / PACE, most / PACE)


class Caller(FastHttpUser):
    abstract = True
    network_timeout = connection_timeout = 60
    token = None

    def on_start(self):
        self.has_arrived = False
        people.append(self)
        self.arrive()
        self.has_arrived = True

    def arrive(self):
        pass

    def call(self, method, path, name, body=None, fine=(200, 201, 204), headers=None, again=True):
        sent = dict(headers or {})
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        with self.client.request(method, API + path, name=name, json=body, headers=sent, catch_response=True) as answer:
            # An access token is good for minutes.
            is_over = answer.status_code == 401 and self.token and again
            if answer.status_code in fine or is_over:
                answer.success()
            else:
                try:
                    code = answer.json()["error"]["code"]
                except Exception:
                    code = answer.error or "no answer"
                answer.failure(f"{answer.status_code} {code}")
        if is_over:
            self.log_in()
            return self.call(method, path, name, body, fine, headers, again=False)
        # A public answer is asked for without cookies, and nobody here has any: a bearer says who it is.
        self.client.cookiejar.clear()
        if answer.status_code in fine:
            done.add(name)
        return answer

    def log_in(self):
        self.token = None
        answer = self.call("POST", "/auth/login", "logIn", {"email": self.email, "password": PASSWORD}, fine=(200,))
        if answer.status_code != 200:
            raise RuntimeError(f"{self.email} cannot sign in: {answer.status_code}")
        self.token, self.id = answer.json()["accessToken"], answer.json()["user"]["id"]


class Person(Caller):
    abstract = True

    def arrive(self):
        number = next(numbers)
        if number > ACCOUNTS:
            raise RuntimeError(f"there are {ACCOUNTS} accounts, and more people than that: LOAD_ACCOUNTS")
        self.email = f"person{number}@{DOMAIN}"
        self.log_in()


class Learner(Person):
    weight = 3
    wait_time = pause(0.5, 2)

    def arrive(self):
        self.completed = {}
        super().arrive()

    def catalog(self):
        answer = self.call("GET", "/courses?limit=100", "listCourses", fine=(200,))
        return answer, (answer.json()["items"] if answer.status_code == 200 else [])

    @task(4)
    def browse(self):
        answer, courses = self.catalog()
        etag = (answer.headers or {}).get("ETag")
        if etag:
            # Counts may have changed in between.
            self.call("GET", "/courses?limit=100", "listCourses_again", fine=(200, 304), headers={"If-None-Match": etag})
        if courses:
            self.call("GET", f"/courses/{random.choice(courses)['id']}", "readCourse")

    @task(3)
    def learn(self):
        _, courses = self.catalog()
        if not courses:
            return
        course = random.choice(courses)["id"]
        # 202: the course is full, and this is a place in line.
        if self.call("POST", f"/courses/{course}/enroll", "enroll", {}, fine=(200, 202, 409)).status_code == 202:
            return
        answer = self.call("GET", f"/courses/{course}/lessons", "listLessons")
        if answer.status_code != 200:
            return
        lessons = answer.json()["items"]
        self.compare_course(course, lessons)
        for lesson in [each for each in lessons if not each["completed"] and not each["locked"]][:2]:
            self.call("GET", f"/courses/{course}/lessons/{lesson['id']}", "readLesson")
            # 409: there is a quiz to be passed first.
            answer = self.call("POST", f"/courses/{course}/lessons/{lesson['id']}/complete", "completeLesson", {}, fine=(200, 409))
            if answer.status_code == 200:
                self.completed.setdefault(course, set()).add(lesson["id"])
                tally["completions"] += 1

    @task(1)
    def look_back(self):
        self.call("GET", "/users/me/progress", "readMyProgress")
        self.call("GET", "/users/me", "readProfile")

    def compare_course(self, course, lessons):
        started, acknowledged = time.perf_counter(), self.completed.get(course, set())
        lost = acknowledged - {each["id"] for each in lessons if each["completed"]}
        tally["completionsLost"] += len(lost)
        note("CHECK", "compareProgress", started, "a completed lesson is lost" if lost else None)
        # Each is said once.
        acknowledged -= lost

    def compare(self):
        for course in self.completed:
            answer = self.call("GET", f"/courses/{course}/lessons", "listLessons")
            if answer.status_code == 200:
                self.compare_course(course, answer.json()["items"])


class Room:
    """A conversation. Sizes alternate between two people, who have a direct one, and three, who have a group."""

    def __init__(self, size):
        self.size, self.members, self.conversation, self.start = size, [], None, 0
        self.tried, self.acknowledged = set(), {}


class Chatter(Person):
    weight = 4
    wait_time = pause(0.5, 2)

    def arrive(self):
        self.socket, self.recovery, self.is_leaving, self.is_expected = None, None, False, False
        self.at, self.got, self.lock, self.room = None, Counter(), RLock(), Room(0)
        super().arrive()
        # Whoever shares a course may write to each other.
        courses = self.call("GET", "/courses?limit=100", "listCourses").json()["items"]
        self.call("POST", f"/courses/{min(each['id'] for each in courses)}/enroll", "enroll", {}, fine=(200, 409))
        self.open()
        gevent.spawn(self.listen)
        room = next((each for each in rooms if len(each.members) < each.size), None)
        if room is None:
            room = Room(2 + len(rooms) % 2)
            rooms.append(room)
        self.room = room
        room.members.append(self)
        if len(room.members) == room.size:
            self.found()

    def found(self):
        """Whoever comes last opens the conversation."""
        others = [each.id for each in self.room.members if each is not self]
        kind = {"type": "direct"} if len(others) == 1 else {"type": "group", "name": "Load"}
        answer = self.call("POST", "/conversations", "createConversation", {**kind, "participantIds": others}, fine=(200, 201))
        self.room.start = answer.json()["seq"]
        for each in self.room.members:
            each.at = self.room.start
        self.room.conversation = answer.json()["id"]

    def open(self):
        started = time.perf_counter()
        if self.recovery:
            url, protocol = self.recovery
        else:
            answer = self.call("POST", "/realtime/negotiate", "negotiate")
            if answer.status_code != 200:
                raise RuntimeError(f"not negotiated: {answer.status_code}")
            access = answer.json()
            url, protocol = access["url"], access["protocol"]
        # A 1008 to a recovery comes as a frame: then the next opening is a new one.
        self.url, self.recovery = (url if not self.recovery else self.url), None
        self.socket = websocket.create_connection(url, subprotocols=[protocol], timeout=90)
        note("WS", "connect", started)

    def listen(self):
        while not self.is_leaving:
            try:
                opcode, frame = self.socket.recv_data_frame()
                is_closed = opcode == websocket.ABNF.OPCODE_CLOSE
                why = f"closed with {struct.unpack('!H', frame.data[:2])[0] if len(frame.data) > 1 else 'no code'}" if is_closed else None
            except (OSError, websocket.WebSocketException) as error:
                is_closed, why = True, type(error).__name__
            try:
                if not is_closed:
                    self.take_frame(json.loads(frame.data))
                elif not self.is_leaving:
                    self.come_back(why)
            except Exception as error:
                note("CHECK", "frame", time.perf_counter(), repr(error))

    def come_back(self, why):
        if not self.is_expected:
            note("WS", "lost", time.perf_counter(), why)
        self.is_expected, is_recovery = False, self.recovery is not None
        while not self.is_leaving:
            try:
                self.open()
                if not is_recovery and self.at is not None:
                    self.catch_up()
                return
            except Exception as error:
                note("WS", "connect", time.perf_counter(), type(error).__name__)
                gevent.sleep(1 + random.random())

    def take_frame(self, frame):
        if frame["type"] == "system" and frame["event"] == "connected":
            self.connected = (frame["connectionId"], frame.get("reconnectionToken"), self.socket.subprotocol)
        if frame["type"] != "message":
            return
        if "sequenceId" in frame:
            # It does not matter which one is lost with the socket: the next one counts for all before it.
            try:
                self.socket.send(json.dumps({"type": "sequenceAck", "sequenceId": frame["sequenceId"]}))
            except (OSError, websocket.WebSocketException):
                pass
        event = frame.get("data")
        conversation = self.room.conversation
        if conversation and isinstance(event, dict) and event.get("conversationId") == conversation and "seq" in event:
            with self.lock:
                if event["seq"] > self.at + 1:
                    self.catch_up()
                self.take(event, is_live=True)

    def take(self, event, is_live):
        if event["seq"] <= self.at:
            tally["seenTwice"] += 1
            return
        self.at = event["seq"]
        mine = event["data"].get("clientMessageId") if event["event"] == "message.new" else None
        if mine is None or not mine.startswith(run):
            return
        self.got[mine] += 1
        tally["live" if is_live else "caughtUp"] += 1
        if is_live and event["data"]["senderId"] != self.id:
            at = float(event["data"]["text"].split("|")[0])
            events.request.fire(request_type="WS", name="delivery", response_time=max(0, (time.time() - at) * 1000),
                                response_length=len(event["data"]["text"]), exception=None, context={})

    def catch_up(self):
        with self.lock:
            more = True
            while more:
                answer = self.call("POST", "/sync", "sync", {"streams": {self.room.conversation: self.at}})
                if answer.status_code != 200:
                    return
                stream = answer.json()["streams"][self.room.conversation]
                if "events" not in stream:
                    note("CHECK", "compareConversation", time.perf_counter(), "sync wants the conversation loaded anew")
                    return
                for event in stream["events"]:
                    self.take(event, is_live=False)
                more = stream["more"]

    @task(12)
    def say(self):
        room = self.room
        if room.conversation is None:
            return
        named = f"{run}-{uuid.uuid4().hex}"
        body = {"text": f"{time.time()}|{random.choice(['When do we meet?', 'On Tuesday.', 'See you there, and bring the form.'])}",
                "clientMessageId": named}
        room.tried.add(named)
        # Whoever got no answer asks again under the same id. So do impatient people who did get one.
        for _ in range(5):
            answer = self.call("POST", f"/conversations/{room.conversation}/messages", "sendMessage", body, fine=(200, 201))
            if answer.status_code not in (200, 201):
                if 400 <= answer.status_code < 500:
                    return
                gevent.sleep(0.5)
                continue
            said = answer.json()
            before = room.acknowledged.setdefault(named, (said["seq"], body["text"]))
            if before != (said["seq"], said["text"]):
                note("CHECK", "compareConversation", time.perf_counter(), "one message was acknowledged as two")
            if random.random() >= IMPATIENCE:
                return

    @task(3)
    def look(self):
        self.call("GET", "/conversations", "listConversations")
        if self.room.conversation:
            self.call("GET", f"/conversations/{self.room.conversation}/messages?limit=20", "listMessages")
            self.call("POST", f"/conversations/{self.room.conversation}/read", "markRead", {})

    @task(1)
    def lose_network(self):
        """Comes back to the same connection, or goes and comes as a new one."""
        identity, token, protocol = getattr(self, "connected", (None, None, None))
        if identity is None:
            return
        self.is_expected = True
        if token and random.random() < 0.5:
            self.recovery = (f"{self.url}&awps_connection_id={quote(identity)}&awps_reconnection_token={quote(token)}", protocol)
            self.socket.shutdown()
        else:
            try:
                self.socket.send_close()
            except (OSError, websocket.WebSocketException):
                pass

    def compare(self):
        """By the socket first, which is given half a minute; the rest by sync, as a client does when it comes back."""
        until = time.monotonic() + 30
        while time.monotonic() < until and any(self.got[each] == 0 for each in self.room.acknowledged):
            gevent.sleep(0.1)
        self.catch_up()
        self.is_leaving = True
        try:
            self.socket.close(timeout=0)
        except Exception:
            pass


class Visitor(Caller):
    weight = 2
    wait_time = pause(2, 5)

    def send(self, path, operation, marker, form):
        key = uuid.uuid4().hex
        forms[marker] = None
        for _ in range(5):
            answer = self.call("POST", f"/forms/{path}", operation, {**form, "elapsedMs": 45_000}, fine=(201,),
                               headers={"Idempotency-Key": key})
            if answer.status_code == 201:
                # The receipt code is shown the first time alone.
                before, said = forms[marker], answer.json()
                forms[marker] = {**(before or {}), **said}
                if before and before["id"] != said["id"]:
                    note("CHECK", "compareForms", time.perf_counter(), "one form was acknowledged as two")
                if random.random() >= IMPATIENCE:
                    return forms[marker]
            elif 400 <= answer.status_code < 500:
                return None
            else:
                gevent.sleep(0.5)
        return forms[marker]

    @staticmethod
    def marker():
        return f"form-{uuid.uuid4().hex}@example.org"

    @task(3)
    def ask(self):
        marker = self.marker()
        self.send("contact", "submitContact", marker, {
            "name": "Test User", "email": marker, "subject": "A question about the evening courses",
            "message": f"Do the evening courses begin in March? My number is {uuid.uuid4().hex}."})

    @task(2)
    def be_interested(self):
        marker = self.marker()
        self.send("interest", "submitInterest", marker, {
            "name": "Test User", "email": marker, "interests": ["job-readiness", "housing"], "availability": "Weekday evenings",
            "notes": f"I can come by bus {uuid.uuid4().hex}."})

    @task(2)
    def refer(self):
        marker = self.marker()
        said = self.send("referral", "submitReferral", marker, {
            "relationship": "agency",
            "referrer": {"name": "Test User", "email": f"agency-{marker}", "phone": "+1 555 010 0199", "organization": "Example Services"},
            "participant": {"name": "Sam Example", "contact": marker}, "services": ["housing"], "urgency": "normal",
            "notes": "Sam is best reached in the morning.", "attachments": []})
        if said and "receiptCode" in said:
            self.follow(said)

    def follow(self, said):
        return self.call("GET", f"/forms/status/{said['trackingNumber']}", "readFormProgress",
                         headers={"X-Receipt-Code": said["receiptCode"]})


class Staff(Caller):
    fixed_count = int(os.environ.get("LOAD_STAFF", "1"))
    wait_time = pause(1, 4)
    email = f"person1@{DOMAIN}"

    def arrive(self):
        self.log_in()

    @task(3)
    def review(self):
        answer = self.call("GET", "/forms?status=pending&limit=20", "listForms")
        waiting = answer.json()["items"] if answer.status_code == 200 else []
        if not waiting:
            return
        one = random.choice(waiting)["id"]
        # Somebody else may have looked at it in the meantime, and then it is theirs.
        if self.call("GET", f"/forms/{one}", "readForm").status_code == 200:
            self.call("PATCH", f"/forms/{one}", "reviewForm", {"status": "reviewed"}, fine=(200, 409, 412))

    @task(1)
    def look(self):
        self.call("GET", "/admin/today", "readToday")
        self.call("GET", "/reports/forms", "reportForms")


# What staff find of it: an administrator who takes no part in the run.
def compare_forms(environment, since):
    if not forms:
        return
    reader = Staff(environment)
    reader.log_in()
    started, found, cursor = time.perf_counter(), {}, ""
    while cursor is not None:
        answer = reader.call("GET", f"/forms?since={quote(since)}&limit=100{cursor and '&cursor=' + quote(cursor)}", "listForms")
        if answer.status_code != 200:
            return note("CHECK", "compareForms", started, "the forms cannot be listed")
        page = answer.json()
        for each in page["items"]:
            marker = each["form"].get("email") or each["form"].get("participant", {}).get("contact")
            if marker in forms:
                found.setdefault(marker, set()).add(each["id"])
        cursor = page["pagination"]["nextCursor"] if page["pagination"]["hasMore"] else None
    for marker, said in forms.items():
        ids = found.get(marker, set())
        is_lost, is_doubled = bool(said) and said["id"] not in ids, len(ids) > 1
        tally["forms"] += bool(said)
        tally["formsLost"] += is_lost
        tally["formsDoubled"] += is_doubled
        if said and "receiptCode" in said and not is_lost:
            visitor = Visitor(environment)
            is_lost = visitor.follow(said).status_code != 200
            tally["receiptsLost"] += is_lost
        note("CHECK", "compareForms", started, "lost" if is_lost else "doubled" if is_doubled else None)
        started = time.perf_counter()


def compare_room(room):
    started, reader = time.perf_counter(), room.members[0]
    stored, texts, seq, more = Counter(), {}, room.start, True
    while more:
        answer = reader.call("POST", "/sync", "sync", {"streams": {room.conversation: seq}})
        if answer.status_code != 200:
            return note("CHECK", "compareConversation", started, "the conversation cannot be read")
        stream = answer.json()["streams"][room.conversation]
        for event in stream["events"]:
            if event["seq"] != seq + 1:
                tally["gaps"] += 1
            seq = event["seq"]
            named = event["data"].get("clientMessageId") if event["event"] == "message.new" else None
            if named and named.startswith(run):
                stored[named] += 1
                texts[named] = (event["seq"], event["data"]["text"])
        more = stream["more"]
    lost = sum(texts.get(named) != said for named, said in room.acknowledged.items())
    doubled = sum(count - 1 for count in stored.values()) + len(set(stored) - room.tried)
    missed = sum(each.got[named] != 1 for each in room.members for named in stored)
    for name, count in {"messages": len(room.acknowledged), "messagesLost": lost, "messagesDoubled": doubled, "messagesMissed": missed,
                        "messagesUnanswered": len(set(stored) - set(room.acknowledged)), "conversations": 1,
                        "toBeReceived": len(stored) * room.size,
                        "received": sum(each.got[named] for each in room.members for named in stored)}.items():
        tally[name] += count
    wrong = [name for name, count in {"lost": lost, "doubled": doubled, "not received": missed}.items() if count]
    note("CHECK", "compareConversation", started, ", ".join(wrong) or None)


# A person who could not come, or whose program has a fault, is a failure too.
@events.user_error.add_listener
def fail(user_instance, exception, tb, **_):
    note("CHECK", type(user_instance).__name__, time.perf_counter(), repr(exception))
    user_instance.has_arrived = True


began = {}


@events.test_start.add_listener
def begin(environment, **_):
    # The clock of the service may be behind this one.
    began["since"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 300))
    if SECONDS > 0:
        gevent.spawn(end_in_time, environment)


def wanted():
    """What has to have happened, by those who are here."""
    kinds = {type(each) for each in people}
    return {*(["completeLesson"] if Learner in kinds else []),
            *(["sendMessage"] if any(room.conversation for room in rooms) else []),
            *(["submitContact", "submitInterest", "submitReferral"] if Visitor in kinds else []),
            *(["reviewForm"] if Staff in kinds else [])}


def end_in_time(environment):
    count = environment.parsed_options.num_users
    while len(people) < count or not all(each.has_arrived for each in people):
        gevent.sleep(0.1)
    started = time.monotonic()
    # On a slow machine it takes longer until everything was done once.
    while time.monotonic() - started < SECONDS or (not wanted() <= done and time.monotonic() - started < 10 * SECONDS):
        gevent.sleep(0.1)
    environment.runner.quit()


@events.test_stop.add_listener
def compare(environment, **_):
    if not people:
        return
    open_rooms = [each for each in rooms if each.conversation]
    gevent.joinall([gevent.spawn(member.compare) for room in open_rooms for member in room.members])
    for room in open_rooms:
        compare_room(room)
    for each in people:
        if isinstance(each, Learner):
            each.compare()
    compare_forms(environment, began["since"])
    for each in people:
        each.is_leaving = True
    total = environment.stats.total
    report = {**{name: 0 for name in ["messages", "messagesLost", "messagesDoubled", "messagesMissed", "gaps", "toBeReceived", "received",
                                      "completions", "completionsLost", "forms", "formsLost", "formsDoubled", "receiptsLost"]},
              **tally, "people": len(people), "requests": total.num_requests, "failures": total.num_failures,
              "errors": [f"{each.name}: {each.error} ({each.occurrences})" for each in environment.stats.errors.values()]}
    print(json.dumps(report, indent=2))
    if REPORT:
        with open(REPORT, "w", encoding="utf-8") as file:
            json.dump(report, file)


@events.quitting.add_listener
def judge(environment, **_):
    environment.process_exit_code = 1 if environment.stats.total.num_failures else 0
