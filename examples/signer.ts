/**
 * Plays the person with the phone, through the same addresses a browser would use.
 * Only the simulators are asked what a person would know: the text message, the bank statement.
 */
export type Simulators = { readonly sms: string; readonly verification: string };

export type Signer = {
  /** The state the page shows. */
  screen(): Promise<string>;
  act(action: string, body: object): Promise<{ readonly status: number; readonly body: Page }>;
  read(): Promise<string>;
  sign(): Promise<void>;
  /** Passes the face check: the verification system's page leads to it. */
  showFace(): Promise<void>;
  /** Types back a micro-deposit; without an amount the one on the bank statement. */
  confirmDeposit(amount?: string): Promise<Page>;
};

type Page = { readonly screen?: string; readonly code?: string; readonly message?: string };

/** A signature as the pad sends it: two strokes on a field of 1000 by 500. */
const drawing = {
  signature: {
    strokes: [
      [120, 240, 180, 120, 240, 260, 320, 140, 400, 300],
      [460, 160, 470, 330, 620, 200, 700, 320, 840, 180],
    ],
  },
};

/** Waits for the message on the phone and follows its link. */
export async function openMessage(simulators: Simulators, mobile: string): Promise<Signer> {
  const link = await eventually(`a message to ${mobile}`, async () => {
    const { inbox } = await state(simulators.sms);
    return inbox[mobile]?.at(-1)?.links[0] as string | undefined;
  });
  return signer(simulators, link);
}

export function signer(simulators: Simulators, link: string): Signer {
  const open = (accept: string) => fetch(link, { headers: { accept } });

  async function act(action: string, body: object) {
    const response = await fetch(`${link}/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Page };
  }

  async function done(action: string, body: object): Promise<void> {
    const answer = await act(action, body);
    if (answer.status !== 200)
      throw new Error(`POST ${action}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  const screen = async (): Promise<string> => {
    const page = (await (await open("application/json")).json()) as Page;
    return page.screen ?? "unknown";
  };

  const comesTo = (wanted: string): Promise<true> =>
    eventually(`screen ${wanted}`, async () => (await screen()) === wanted || undefined);

  return {
    screen,
    act,
    async read() {
      const page = await open("text/html");
      await done("open", {});
      return page.text();
    },
    async sign() {
      await done("consent", {});
      await done("sign", drawing);
    },
    async showFace() {
      await comesTo("face");
      const handOff = faceLink(await (await open("text/html")).text());
      if (handOff === undefined) throw new Error("the page offers no face check");
      const check = await eventually("the way to the face check", async () => {
        const page = await (await fetch(handOff)).text();
        // Once it is decided, the page leads back instead.
        return faceLink(page) ?? (page.includes(link) ? link : undefined);
      });
      if (check !== link) await passFace(check);
    },
    async confirmDeposit(amount) {
      await comesTo("microDeposit");
      const { verifications } = await state(simulators.verification);
      // The person knows the deposit by the account; here by the page that it leads back to.
      const deposit = verifications.find(
        (one: { challenge: { returnUrl: string } }) => one.challenge.returnUrl === link,
      );
      const typed = { amount: amount ?? deposit.amount, remark: deposit.remark };
      return (await act("verification", typed)).body;
    },
  };
}

const faceLink = (page: string): string | undefined =>
  /href="([^"]*\/face\/[^"]*)"/.exec(page)?.[1]?.replaceAll("&amp;", "&");

/** Agrees on the page of a face check, and shows the right face to the vendor it leads to. */
async function passFace(page: string): Promise<void> {
  const begun = await fetch(`${page}/start`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ consent: true }),
  });
  const answer = (await begun.json()) as { handOffUrl?: string; status?: string };
  // Shown before: there is nothing to hand over any more.
  if (answer.status !== undefined) return;
  if (answer.handOffUrl === undefined)
    throw new Error(`POST ${page}/start: ${begun.status} ${JSON.stringify(answer)}`);
  await fetch(answer.handOffUrl, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "choice=PASS",
    redirect: "manual",
  });
}

// biome-ignore lint/suspicious/noExplicitAny: the simulators' state is only looked at here.
async function state(simulator: string): Promise<any> {
  return (await fetch(`${simulator}/_control/state`)).json();
}

/** Asks every 20 ms for at most 20 seconds. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (let round = 0; round < 1000; round += 1) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited 20 s for ${what}; look at the logs that the stack names`);
}
