// The certified npm `oidc-provider` as a second, stricter peer: node peer.mjs PORT PORTAL (a portal's address).
// It needs `npm install oidc-provider` somewhere above this file or in NODE_PATH's place; see test_oidc_strict_peer.py.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(process.env.PLUMBLINE_OIDC_PEER + '/'));
const { Provider } = await import(pathToFileURL(require.resolve('oidc-provider')).href);
const [, , port, portal] = process.argv;

const provider = new Provider(`http://localhost:${port}`, {
  clients: [{
    client_id: 'portal',
    client_secret: 'a secret that only the two know, of some length',
    redirect_uris: [`${portal}/sign-in/provider/back`],
    post_logout_redirect_uris: [`${portal}/sign-out/done`],
    backchannel_logout_uri: `${portal}/sign-out/back-channel`,
    backchannel_logout_session_required: true,
    id_token_signed_response_alg: 'RS256',
  }],
  // It would not call a portal on this machine, and waits 2.5 seconds for any other.
  fetch: (url, { dispatcher, signal, ...options }) => fetch(url, options),
  pkce: { required: () => true },
  scopes: ['openid', 'profile'],
  claims: { openid: ['sub'], profile: ['name', 'plumbline_grants'] },
  features: {
    devInteractions: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: 'Ada Quill', plumbline_grants: ['lead@school:900001'] }),
  }),
});
provider.listen(Number(port), () => console.log('ready'));
