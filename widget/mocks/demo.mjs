// The shop and a chat server with an agent who answers everything. For looking at the built widget by hand.
import { startServers } from './servers.mjs';

const { chat, shopOrigin } = await startServers({ chat: 8791, shop: 8790 });
console.log(`The shop is open: ${shopOrigin}`);

let answered = 0;
setInterval(() => {
  const visitor = chat.last();
  const questions = visitor?.messages.filter((message) => message.from === 'visitor').length ?? 0;
  if (questions <= answered) return;
  answered = questions;
  chat.agentTypes(true);
  setTimeout(() => chat.agentSays('Köszönjük a kérdését, máris utánanézünk.'), 2500);
}, 500);
