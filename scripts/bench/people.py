"""The people of a tenant, and the requests about them, as identity providers send them."""

import random
from urllib.parse import quote

from client import Connection

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
OPERATIONS_AT_ONCE = 500


def employee(n, **changes):
    """The body that Okta sends for an employee, about 1 KB: the same as in tests/store/capacity.rs."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "userName": f"ada{n}@example.com",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"primary": True, "value": f"ada{n}@example.com", "type": "work"}],
        "displayName": "Ada Lovelace", "title": "Engineer", "userType": "Employee",
        "phoneNumbers": [{"primary": True, "value": "+44 1", "type": "work"}],
        "addresses": [{"type": "work", "primary": True, "streetAddress": "1 Road", "locality": "London", "region": "LDN",
                       "postalCode": "N1", "country": "GB", "formatted": "1 Road"}],
        "locale": "en-US", "preferredLanguage": "en-US", "timezone": "Europe/London",
        "externalId": f"00u{n}", "groups": [], "password": "x9", "active": True,
        ENTERPRISE: {
            "employeeNumber": "7", "costCenter": "C1", "organization": "Org", "division": "D",
            "department": "R&D", "location": "GB",
            "manager": {"value": "boss@example.com", "displayName": "Grace Hopper"},
        },
        **changes,
    }


def okta_patch(active):
    return {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "value": {"active": active}}]}


def entra_patch(n, turn):
    return {"schemas": [PATCH_OP], "Operations": [
        {"op": "Replace", "path": "displayName", "value": f"Ada King {turn}"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": f"ada{n}.king{turn}@example.com"},
        {"op": "Replace", "path": "name.familyName", "value": f"King {turn}"},
        {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": f"Research {turn}"},
        {"op": "Add", "path": "title", "value": f"Countess {turn}"},
    ]}


class People:
    """The people of one tenant on one server, and the requests about them. Changes meet each person in turn."""

    def __init__(self, server, tenant="demo"):
        self.server, self.tenant = server, tenant
        self.people, self.deletable = [], []
        self.made = self.changes = 0
        self.random = random.Random(1)

    def seed(self, number):
        """Creates people by POST /Bulk."""
        connection = Connection(self.server.address)
        while (missing := number - len(self.people)) > 0:
            numbers = self._new_numbers(min(missing, OPERATIONS_AT_ONCE))
            operations = [{"method": "POST", "path": "/Users", "bulkId": str(n), "data": employee(n)} for n in numbers]
            results = connection.json(self._request("POST", "/Bulk", {"schemas": [BULK], "Operations": operations}))
            for n, result in zip(numbers, results["Operations"], strict=True):
                assert result["status"] == "201", result
                self.people.append((n, result["location"].rsplit("/", 1)[1]))
        connection.close()
        self.random.shuffle(self.people)

    def _new_numbers(self, number):
        self.made += number
        return range(self.made - number, self.made)

    def _request(self, method, path, body=None):
        return self.server.request(method, path, body, self.tenant)

    def _anybody(self):
        return self.random.choice(self.people)

    def _next(self):
        """The next person, and the number of complete rounds."""
        turn, position = divmod(self.changes, len(self.people))
        self.changes += 1
        return *self.people[position], turn

    def create(self):
        return self._request("POST", "/Users", employee(*self._new_numbers(1)))

    def delete(self):
        return self._request("DELETE", f"/Users/{self.deletable.pop()}")

    def get(self):
        return self._request("GET", f"/Users/{self._anybody()[1]}")

    def filter(self, text):
        return self._request("GET", f"/Users?filter={quote(text)}&startIndex=1&count=100")

    def find(self):
        return self.filter(f'userName eq "ada{self._anybody()[0]}@example.com"')

    def miss(self):
        return self.filter(f'userName eq "nobody{self.random.randrange(10**9)}@example.com"')

    def scan(self):
        return self.filter('title co "zz"')

    def page(self, start=None, count=100):
        start = start or self.random.randint(1, max(1, len(self.people) - count + 1))
        return self._request("GET", f"/Users?startIndex={start}&count={count}")

    def patch_active(self):
        _, id, turn = self._next()
        return self._request("PATCH", f"/Users/{id}", okta_patch(turn % 2 == 1))

    def patch_several(self):
        n, id, turn = self._next()
        return self._request("PATCH", f"/Users/{id}", entra_patch(n, turn))

    def put(self):
        n, id, turn = self._next()
        return self._request("PUT", f"/Users/{id}", employee(n, title=f"Engineer {turn}"))
