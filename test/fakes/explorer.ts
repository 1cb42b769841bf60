import { AsyncLocalStorage } from "node:async_hooks";
import type { Footprint, Gate } from "./dynamo.ts";

/**
 * Lets several runs of real code take turns at every call they make, in an order that somebody chooses.
 * An actor either runs, waits at a call for its turn, or is parked until another actor wakes it.
 */
export type Actor = {
  readonly name: string;
  /** The actor's own clock; a workflow's moves on when its task times out. */
  at: string;
};

type Context = { readonly actor: Actor; readonly crash?: (cause: Error) => void };

type Option = { readonly id: string; readonly actor: string } & Footprint;

/** Picks who goes next; undefined ends the run because its order is one that was already seen. */
export type Choose = (options: readonly Option[]) => Option | undefined;

/** The machine under an invocation died after its last write took effect. */
class Crashed extends Error {
  override readonly name = "Crashed";
}

const acting = new AsyncLocalStorage<Context>();

/** The clock of whoever is acting; setup and checks use `otherwise`. */
export const actorTime = (otherwise: string): string => acting.getStore()?.actor.at ?? otherwise;

export function turns(crashes: number) {
  const pending = new Map<string, Footprint & { go(crash: boolean): void }>();
  const steps = new Map<string, number>();
  const finished = new Set<string>();
  const failures: string[] = [];
  let started = 0;
  let running = 0;
  let crashesLeft = crashes;
  let wake: (() => void) | undefined;

  const leave = (): void => {
    running -= 1;
    if (running === 0) wake?.();
  };

  return {
    /** Starts an actor; it runs up to its first call. */
    start(actor: Actor, work: () => Promise<unknown>): void {
      started += 1;
      running += 1;
      acting
        .run({ actor }, work)
        .catch((cause) => failures.push(`${actor.name}: ${cause}`))
        .finally(() => {
          finished.add(actor.name);
          leave();
        });
    },

    /** One invocation that may crash without taking its actor along: whoever invoked it hears Crashed. */
    invoke<T>(work: () => Promise<T>): Promise<T> {
      const context = acting.getStore();
      if (context === undefined) return work();
      return new Promise((resolve, reject) => {
        acting.run({ ...context, crash: reject }, () => work().then(resolve, reject));
      });
    },

    /** Waits outside the competition for turns until `resume` is called. */
    park<T>(register: (resume: (value: T) => void) => void): Promise<T> {
      leave();
      return new Promise((resolve) => {
        register((value) => {
          running += 1;
          resolve(value);
        });
      });
    },

    gate: (async (footprint) => {
      const context = acting.getStore();
      if (context === undefined) return undefined;
      const crash = await new Promise<boolean>((go) => {
        pending.set(context.actor.name, { ...footprint, go });
        leave();
      });
      if (!crash) return undefined;
      return () => {
        context.crash?.(new Crashed(`${context.actor.name} after: ${footprint.label}`));
        return new Promise<never>(() => {});
      };
    }) satisfies Gate,

    /** Runs until nobody can go on. Answers the order of events, or undefined where `choose` gave up. */
    async play(choose: Choose): Promise<readonly string[] | undefined> {
      const order: string[] = [];
      for (;;) {
        while (running > 0) await new Promise<void>((idle) => (wake = idle));
        const options = [...pending].flatMap(([actor, { label, reads, writes }]) => {
          const option = { id: `${actor}@${steps.get(actor) ?? 0}`, actor, label, reads, writes };
          const mayCrash = crashesLeft > 0 && writes.length > 0;
          return mayCrash ? [option, { ...option, id: `${option.id} crash` }] : [option];
        });
        if (options.length === 0) return order;
        const chosen = choose(options);
        if (chosen === undefined) return undefined;
        const crash = chosen.id.endsWith("crash");
        if (crash) crashesLeft -= 1;
        order.push(`${chosen.actor}: ${chosen.label}${crash ? " and crashes" : ""}`);
        const { go } = pending.get(chosen.actor) ?? {};
        pending.delete(chosen.actor);
        steps.set(chosen.actor, (steps.get(chosen.actor) ?? 0) + 1);
        running += 1;
        go?.(crash);
      }
    },

    failures,
    isFinished: (name: string): boolean => finished.has(name),
    allFinished: (): boolean => finished.size === started,
  };
}

export type Turns = ReturnType<typeof turns>;

export type Exploration = {
  readonly orders: number;
  /** Every order that differs in what somebody could see was tried. */
  readonly complete: boolean;
};

/**
 * Runs `play` under every order of its calls, skipping orders that only swap calls on different items
 * (sleep sets, Godefroid 1996). Past `limit` orders it goes on with `random` orders drawn by `seed`.
 */
export async function explore(
  play: (choose: Choose) => Promise<boolean>,
  { limit, random, seed }: { limit: number; random: number; seed: number },
): Promise<Exploration> {
  const path: { options: readonly Option[]; asleep: Map<string, Option>; chosen: Option }[] = [];
  let orders = 0;
  do {
    let depth = 0;
    const seen = await play((options) => {
      const known = path[depth];
      if (known === undefined) {
        const asleep = sleeping(path.at(-1));
        const chosen = options.find(({ id }) => !asleep.has(id));
        if (chosen === undefined) return undefined;
        path.push({ options, asleep, chosen });
      } else if (!options.some(({ id }) => id === known.chosen.id))
        throw new Error(`the run is not repeatable: ${known.chosen.id} is gone`);
      depth += 1;
      return path[depth - 1]?.chosen;
    });
    if (seen) orders += 1;
    turnToNext(path);
  } while (path.length > 0 && orders < limit);
  const complete = path.length === 0;
  const draw = randomNumbers(seed);
  for (let left = complete ? 0 : random; left > 0; left -= 1) {
    await play((options) => options[draw() % options.length]);
    orders += 1;
  }
  return { orders, complete };
}

type Node = {
  readonly options: readonly Option[];
  readonly asleep: Map<string, Option>;
  chosen: Option;
};

/** What was tried before and would lead nowhere new: it commutes with the step just taken. */
function sleeping(above: Node | undefined): Map<string, Option> {
  if (above === undefined) return new Map();
  return new Map([...above.asleep].filter(([, option]) => commute(option, above.chosen)));
}

function turnToNext(path: Node[]): void {
  for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
    node.asleep.set(node.chosen.id, node.chosen);
    const { asleep } = node;
    const next = node.options.find(({ id }) => !asleep.has(id));
    if (next !== undefined) {
      node.chosen = next;
      return;
    }
    path.pop();
  }
}

function commute(a: Option, b: Option): boolean {
  const touches = (writes: readonly string[], other: Option) =>
    writes.some((place) => other.writes.includes(place) || other.reads.includes(place));
  return a.actor !== b.actor && !touches(a.writes, b) && !touches(b.writes, a);
}

/** Numerical Recipes' linear congruence: enough to draw orders, the same ones every time. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
}
