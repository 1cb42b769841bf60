/** Made from the fonts by `npx vitest run test/domain/drawable.test.ts --update`; read by drawable.ts. */

/** Every stretch of code points that the agreement's fonts draw. */
export const drawnRanges = [
  "w+2n y+c 1+2e c+4 6+2 c+4 n+2 2+2 3+4 2+2 k+6 10 d+2 d+2 s+g r+2 2f f 2h b 1+3 d g+2 k+2 2 2 4",
  "3o+h 1+7 7+p 1j e+1s 1 54c+2 2o+2i 7q 2+4 1+3 1+3 1+2 3+2 9 1+2 5+4 5 4+3 7 y 1g 1+2 1c+2 x 2",
  "1 3+2 4 3 2 a+2 4 6 6 5 10+c 4+c k+a u+2 a+3 4+2 3 1 1 h+4 b a 1+2 1+7 3 1+3 6 2+4 2 1+a 5+4 5",
  "5 1 2 3 j+3 1+4 2+2 2+2 2+2 2+2 a+6 2+2 9+5 6 4 p q+2 15+3 a 5 47+2 c+f 1 b+2 1z 1o+98 5+3 2+2",
  "4+2 2+2 4+2 1+4 1+6 e+5 8 g+4 1+2 2 4+2 6+2 4+4 f g+3 t+g 2+c y s+2 1v g 6 y 1+2 l v+a x b6+2",
  "3t 1m+2 7d+3 i m7+2 c4+c 4+s 1+z 1+2e 2+2q 1+4 5+17 1+1f 1+16 1+18 4+10 c+1b 1+7g 1+58p 22+g6o",
  "hsu+2 1 1+2 a 1 1+2 2+3 5y+5 ln+a m+z 1+j 1+4 45+4f 1s+7 1+7 1bm9+b 5+2l 3+1p 2b+3 d+18 4+9",
  "7+2 2pl 3f 1+2 n 1 b r 14 2q b 1p 34 7r 1x f 3b 28 5a 1h 35 10 1m m 25 39 2q 3c 1q 1e 3i 2c 31",
  "7 o 5i 32 21 3l n 7s 38 i 3s 3m 8 13 5l ip 1n n u 6 2j c o t q d 2d 15 26 2h+2 a0 33 30 29 1n",
  "ai 79 2e fv 5y n s l p 9 4 l 14 2a+2 6h 2f 3n ao 4c 79 3y gr 6h 9z 27 6b 88 3x 8+2 2d 3a 6 cc",
  "2o bs cq c+2 1c ak 2h 3 1+2 1 4 4 4 p 23+2 5 j 3i 39 1l 1b 6 30+3 c 5g f y z+2 3m 9 d 10 o gq",
  "di n+2 11 1r 1 d 1d 42 11+2 14 9m 5o 22 30 5e 1j f 67 5p j go 3f 97 4k 2a 6p 11 23 1b 23 3w o",
  "4m 71 6n 9 14 1e w 9y 2f a 5o 3q z n 1k 19 dd 2n 22 1g z 1b 1w+2 5y 6p 1j a 5b 9b 7 7 76 b+2 c",
  "5c 48 o 8s 3w 13 b 2 2k k+2 f 1m 1k 3b b q g a 20 3w 8j+2 1z 5 l 5h 51 3u dk 7 1d 30 2m 9s c",
  "2u t 15 1v 1s 1l 1f 16 1z 2k 5g 7 21 16 1q 9u 10 8e 2p+3 6z o 17 io+2 y h 1k cq+2 r 2a e 3e k",
  "1a 9r 5u 1a 5r 8e a 8 38 3f 56 18 33 4e 7b 1t 40 1c cb a 34 61 1m 3 20 3q 3y 2k+2 4u s 1t y 6d",
  "9x 2 x r+2 1d+2 2q a p 19 13 1f f 6 2s 3b 19 2f 7 1 2 3s 1e 2o 3t j 7 7 m 2a f 29 a 1n 5h iv g",
  "da 8u 4v 34 14 1i 5b 51 bv k8 3z 1l 13 b 1s 1l m d 44 4 8 1t 8 1u k 2a 3a 46 81 61 4q c9 g n",
  "47 8a 7x r 5q 21 5 x 11l as+2 e+2 50 7m 2q b 2 a 3q b 2 25 3p 7 6 2 j+2 13 3b+2 3 1f c 13+2",
  "8+3 1 1 2w+2 m 1r 2g a 1 6 1 8 g+2 4 5 6 1 2 5 k 2 2 d 7 3 5 2 5 d 9 8 2 9 3 2 9 2 1 4b em 47",
  "2 p 6 47 9n f 33 1d e7+2 3i w 7e 3 v 3m b r 36 1v 5 2 83 b 2 4q 5s 4 8 7 1+3 1 i 7+2 68 2 33 x",
  "1n 63 4 2 h j 2 i 6c b 32 17 3j 3+2 2 6+2 1 3 1 8 3 b+2 8 4 2 2 3 2 1 3 1g d+2 d 3r 8 45+2 6 1",
  "2+2 6 3k 1 1+2 e+2 7 4+2 12 1u 1 8 2 3 29 b a 1bk 2lv kw ao 7w2+2 b1",
].join(" ");

/** Pairs of characters with one glyph: one that is refused and one to use instead. */
export const drawnAlike = [
  "‑- •· ‧· ・· ‒– ⋯… ‵｀ ∕／ ➀① ➁② ➂③ ➃④ ➄⑤ ➅⑥ ➆⑦ ➇⑧ ➈⑨ ➉⑩ 🄋⓪ 🄌⓿ ➊❶ ➋❷ ➌❸ ➍❹ ➎❺ ➏❻ ➐❼ ➑❽ ➒❾ ➓❿ ⮕➡",
  "〜～ ﾡㄱ ﾢㄲ ﾣㄳ ﾤㄴ ﾥㄵ ﾦㄶ ﾧㄷ ﾨㄸ ﾩㄹ ﾪㄺ ﾫㄻ ﾬㄼ ﾭㄽ ﾮㄾ ﾯㄿ ﾰㅀ ﾱㅁ ﾲㅂ ﾳㅃ ﾴㅄ ﾵㅅ ﾶㅆ ﾷㅇ ﾸㅈ ﾹㅉ ﾺㅊ ﾻㅋ ﾼㅌ ﾽㅍ ﾾㅎ",
  "ￂㅏ ￃㅐ ￄㅑ ￅㅒ ￆㅓ ￇㅔ ￊㅕ ￋㅖ ￌㅗ ￍㅘ ￎㅙ ￏㅚ ￒㅛ ￓㅜ ￔㅝ ￕㅞ ￖㅟ ￗㅠ ￚㅡ ￛㅢ ￜㅣ",
].join(" ");
