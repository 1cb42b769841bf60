import { full, page } from "./pdf-sheet.ts";

/** A place to sign in: points from the page's lower left corner, as [left, bottom, right, top]. */
export type SignatureField = {
  readonly name: string;
  /** From 0. */
  readonly page: number;
  readonly rect: readonly [left: number, bottom: number, right: number, top: number];
};

/** A party's card on the signature page, in points from the page's upper left corner. */
export type Card = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** What the card keeps free for handwriting, seal and time. */
  readonly free: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
};

const firstCard = 164;
const cardHeight = 150;
const cardGap = 16;
const padding = 14;
const freeWidth = 204;
const captionHeight = 18;

/** More would reach the code at the foot of the page. */
export const cardsPerPage = 3;

/** The card of party `index`: 0 is party A, then the signers in the order of their numbers. */
export function signatureCard(index: number): Card {
  const y = firstCard + (index % cardsPerPage) * (cardHeight + cardGap);
  const card = { x: full.x, y, width: full.width, height: cardHeight };
  return {
    ...card,
    free: {
      x: card.x + card.width - padding - freeWidth,
      y: y + padding,
      width: freeWidth,
      height: cardHeight - 2 * padding - captionHeight,
    },
  };
}

/**
 * Where the parties sign: `PartyA`, then `Signer1`, `Signer2`… on the last pages of every agreement. They look
 * the same in each of them, so the places are known from the last page's number (from 0) alone.
 */
export const signaturePlaces = (lastPage: number, signers = 1): SignatureField[] =>
  Array.from({ length: signers + 1 }, (_, index) => {
    const { x, y, width, height } = signatureCard(index).free;
    const rounded = (value: number): number => Math.round(value * 100) / 100;
    const top = page.height - y;
    const pagesAfter = Math.floor(signers / cardsPerPage) - Math.floor(index / cardsPerPage);
    return {
      name: index === 0 ? "PartyA" : `Signer${index}`,
      page: lastPage - pagesAfter,
      rect: [rounded(x), rounded(top - height), rounded(x + width), rounded(top)],
    };
  });
