// An OpenID Connect provider on the other loopback name, with a login form. The browser takes it for another site.

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import Provider from "oidc-provider";

/** The clients: each name is the way in which Rollcall proves itself. */
export const SECRET_CLIENT = "rollcall-secret";
export const KEY_CLIENT = "rollcall-key";

/** A certified provider. Any login is an account, and the login is its subject. */
export class IdentityProvider {
  /** Starts the provider for the tenant of a server. The tenant's redirect URI and keys are known before. */
  static async start(server) {
    const secret = randomUUID();
    const listener = createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    // The pages of Rollcall are at 127.0.0.1. So a navigation between the two is cross-site.
    const issuer = `http://localhost:${listener.address().port}`;
    const root = server.pageUrl;
    const client = {
      redirect_uris: [`${root}sso/callback`],
      post_logout_redirect_uris: [`${root}sign-in`],
      backchannel_logout_uri: `${root}sso/logout`,
      backchannel_logout_session_required: true,
      response_types: ["code"],
      grant_types: ["authorization_code"],
    };
    const provider = new Provider(issuer, {
      clients: [
        { ...client, client_id: SECRET_CLIENT, client_secret: secret },
        {
          ...client,
          client_id: KEY_CLIENT,
          token_endpoint_auth_method: "private_key_jwt",
          jwks_uri: `${root}sso/jwks.json`,
        },
      ],
      claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email", "email_verified"] },
      cookies: { keys: [randomUUID()] },
      features: { backchannelLogout: { enabled: true } },
      // The provider's own way to call a client refuses addresses of this machine.
      fetch: (url, { dispatcher, ...options }) => fetch(url, options),
      findAccount: (_, id) => ({ accountId: id, claims: () => claims(id) }),
    });
    const self = new IdentityProvider(listener, issuer, secret);
    provider.on("backchannel.success", () => { self.loggedOut += 1; });
    for (const event of ["server_error", "backchannel.error", "grant.error"]) {
      provider.on(event, (_, error) => self.failures.push(`${event}: ${error.error_description ?? error.message ?? error}`));
    }
    const answer = provider.callback();
    listener.on("request", (request, response) => {
      // A page of the test's own, at the provider's origin.
      const page = self.pages.get(request.url);
      if (page === undefined) return answer(request, response);
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(page);
    });
    return self;
  }

  constructor(listener, issuer, secret) {
    Object.assign(this, { listener, issuer, secret });
    /** The failures that the provider reports. */
    this.failures = [];
    /** The number of back-channel logouts that Rollcall accepted. */
    this.loggedOut = 0;
    this.pages = new Map();
  }

  /** Serves a page at the provider's origin. Returns its URL. */
  serve(path, html) {
    this.pages.set(path, `<!doctype html><meta charset="utf-8"><title>Another site</title>${html}`);
    return this.issuer + path;
  }

  async stop() {
    this.listener.closeAllConnections();
    this.listener.close();
  }
}

function claims(id) {
  const email = `${id}@example.com`;
  return { sub: id, name: `Name of ${id}`, preferred_username: email, email, email_verified: true };
}

/** Signs in with the provider's form, and agrees to its question. Ends when the browser is back at Rollcall. */
export async function logIn(page, login) {
  await page.getByPlaceholder("Enter any login").fill(login);
  await page.getByPlaceholder("and password").fill("any password");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await agree(page);
}

/** Agrees to the scopes that a client asks for, unless the account agreed before. */
export async function agree(page) {
  const question = page.getByRole("button", { name: "Continue" });
  const isBack = (url) => url.hostname === "127.0.0.1";
  const asks = question.waitFor().then(() => true, () => false);
  const back = page.waitForURL(isBack).then(() => false);
  if (await Promise.race([asks, back])) await question.click();
  await back;
}

/** Signs out at the provider, which then tells each client. */
export async function logOut(page, provider) {
  await page.goto(`${provider.issuer}/session/end`);
  await page.getByRole("button", { name: /sign me out/ }).click();
  await page.getByText(/Sign-out Success/).waitFor();
}
