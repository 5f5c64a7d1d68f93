#!/usr/bin/env python3
"""Writes a list of so many made-up Italian plates as CSV, the same in every run.

scripts/make-list.py 10000000 > big.csv        some 430 MB, for the figures in
                                               docs/reference/lists.md
"""
import sys

LETTERS = "ABCDEFGHJKLMNPRSTVWXYZ"
POSSIBLE = 22**4 * 1000
STEP = 15_485_863  # A prime that shares no factor with POSSIBLE: no plate comes twice.
REASONS = ["stolen", "no insurance", "inspection overdue", "seized", "administrative stop"]
MAKES = ["Fiat,Panda", "Fiat,500", "Lancia,Ypsilon", "Volkswagen,Golf", "Dacia,Sandero", ","]


def plate(number):
    number, low = divmod(number, 1000)
    number, d = divmod(number, 22)
    number, c = divmod(number, 22)
    a, b = divmod(number, 22)
    return f"{LETTERS[a]}{LETTERS[b]}{low:03}{LETTERS[c]}{LETTERS[d]}"


def main():
    rows = int(sys.argv[1])
    write = sys.stdout.write
    write("plate,country,reason,reference,valid_to,make,model\n")
    for n in range(rows):
        day = f"{2026 + n % 3}-{1 + n % 12:02}-{1 + n % 28:02}"
        write(
            f"{plate(n * STEP % POSSIBLE)},IT,{REASONS[n % 5]},R/{n},{day},{MAKES[n % 6]}\n"
        )


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    main()
