import { describe, expect, test } from "vitest";
import {
  chooseVerification,
  fallbackMethod,
  isRetryable,
  verificationRules,
} from "../../functions/domain/verification-rules.ts";
import { bizScenes, userTypes } from "../../functions/domain/words.ts";

const combinations = bizScenes.flatMap((bizScene) =>
  userTypes.map((userType) => ({ bizScene, userType })),
);

describe("which method verifies whom", () => {
  test.each(bizScenes)("A-20, B-30, D-40: an enterprise gets a micro-deposit in %s", (bizScene) => {
    expect(chooseVerification({ bizScene, userType: "ENTERPRISE" }).method).toBe("MICRO_DEPOSIT");
  });

  test.each(["RELATION_BIND", "OPEN_PAYMENT"] as const)(
    "A-21, B-30, D-41: a person shows the face in %s",
    (bizScene) => {
      expect(chooseVerification({ bizScene, userType: "PERSONAL" }).method).toBe("FACE");
    },
  );

  test("D-42 K15: the individual business that lets its balance be swept gets a micro-deposit", () => {
    const { method, rule } = chooseVerification({ bizScene: "POOLING_AUTH", userType: "PERSONAL" });

    expect(method).toBe("MICRO_DEPOSIT");
    expect(rule).toContain("store");
  });

  test("A-22: a scene that forces a method overrules both, and no other scene", () => {
    const forced = { OPEN_PAYMENT: "FACE" } as const;

    const methods = bizScenes.map(
      (bizScene) => chooseVerification({ bizScene, userType: "ENTERPRISE", forced }).method,
    );

    expect(methods).toEqual(["MICRO_DEPOSIT", "FACE", "MICRO_DEPOSIT"]);
  });

  test("A-22: the rule that chose is named, for the evidence", () => {
    const forced = { RELATION_BIND: "MICRO_DEPOSIT" } as const;

    const { rule } = chooseVerification({
      bizScene: "RELATION_BIND",
      userType: "PERSONAL",
      forced,
    });

    expect(rule).toBe("forced by scene");
  });

  test.each(combinations)(
    "K15: exactly one rule covers $bizScene/$userType while nothing is forced",
    (combination) => {
      const covering = verificationRules.filter(({ method }) => method(combination) !== undefined);

      expect(covering).toHaveLength(1);
    },
  );
});

test("A-34: each method has the other to fall back on", () => {
  expect([fallbackMethod("FACE"), fallbackMethod("MICRO_DEPOSIT")]).toEqual([
    "MICRO_DEPOSIT",
    "FACE",
  ]);
});

test("K47: a mismatch is never a reason to try once more", () => {
  expect(["FACE_MISMATCH", "ID_CARD_MISMATCH", "UNKNOWN"].filter(isRetryable)).toEqual([]);
});
