"""How each vendor's documentation says to send from Python: python_sdks.py SDK ORIGIN WRITE_KEY NAME"""

import sys

ORDER = {"order_id": "K-1", "total": 12.5}


def traits(name):
    return {"email": f"{name}@vevo.example", "plan": "gold"}


def story(client, name):
    client.track(anonymous_id=f"{name}-browser", event="Product Viewed")
    client.identify(user_id=name, anonymous_id=f"{name}-browser", traits=traits(name))
    client.track(user_id=name, event="Order Completed", properties=ORDER)


def segment(origin, key, name):
    from segment.analytics.client import Client

    client = Client(key, host=origin, gzip=True, on_error=lambda error, items: sys.exit(f"{error}"))
    story(client, name)
    client.shutdown()


def rudder(origin, key, name):
    from rudderstack.analytics.client import Client

    client = Client(key, host=origin, on_error=lambda error, items: sys.exit(f"{error}"))
    story(client, name)
    client.shutdown()


def posthog(origin, key, name):
    from posthog import Posthog

    client = Posthog(key, host=origin)
    device = f"{name}-browser"
    client.capture("Product Viewed", distinct_id=device, properties={"$device_id": device})
    client.capture("$identify", distinct_id=name, properties={"$anon_distinct_id": device, "$set": traits(name)})
    client.capture("Order Completed", distinct_id=name, properties=ORDER)
    client.shutdown()


if __name__ == "__main__":
    sdk, origin, key, name = sys.argv[1:]
    {"segment-python": segment, "rudder-python": rudder, "posthog-python": posthog}[sdk](origin, key, name)
