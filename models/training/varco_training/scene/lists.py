"""The demonstration's lists and the files that are broken on purpose."""

HEADER = "plate,country,reason,reference,valid_from,valid_to,make,model,colour"

LISTS = {
    "stolen": [
        "MT640BA,IT,Furto denunciato,DEN-2026-01184,2026-01-15,2031-01-15,,Furgone,bianco",
        "LB273XN,IT,Furto denunciato,DEN-2026-00871,2026-01-02,2031-01-02,,Utilitaria,grigio",
        "KÖLX4419,DE,Furto segnalato dall'estero,SIS-77120,2026-02-01,2029-02-01,,Berlina,nero",
        "MW58204,IT,Furto di motociclo,DEN-2026-01402,2026-02-20,2031-02-20,,Scooter,rosso",
        "XZ914QD,FR,Furto segnalato dall'estero,SIS-77341,2026-03-05,2029-03-05,,SUV,blu",
    ],
    "uninsured": [
        "NC175HM,IT,Senza copertura RCA dal 03/02/2026,RCA-5521907,2026-02-03,2036-12-31,,Utilitaria,sabbia",
        "NP660LG,IT,Senza copertura RCA dal 18/12/2025,RCA-5498112,2025-12-18,2036-12-31,,Berlina,blu",
        "LH392VK,IT,Senza copertura RCA dal 07/01/2026,RCA-5502376,2026-01-07,2036-12-31,,Furgone,bianco",
        "MD705RS,IT,Senza copertura RCA dal 29/01/2026,RCA-5517730,2026-01-29,2036-12-31,,,",
    ],
    "not-inspected": [
        "LY936KZ,IT,Revisione scaduta il 31/01/2026,REV-301188,2026-02-01,2036-12-31,,Station wagon,turchese",
        "LT047BC,IT,Revisione scaduta il 30/11/2025,REV-287640,2025-12-01,2036-12-31,,Station wagon,grigio",
        "NK883PZ,IT,Revisione scaduta il 31/12/2025,REV-295513,2026-01-01,2036-12-31,,SUV,bianco",
    ],
    # PD40BVB: whoever typed it took the 8 of PD408VB (it passes in gate-demo.mp4) for a B.
    "blacklist": [
        "PD40BVB,IT,Segnalato dal comando: fermare e identificare,NOT-2026-0042,2026-03-01,2036-12-31,,SUV,blu",
        "XV555WK,FR,Segnalato da altro comando,NOT-2026-0051,2026-03-10,2036-12-31,,Furgone,nero",
        "LZ128TN,IT,Nota di rintraccio,NOT-2026-0057,2026-03-12,2036-12-31,,Berlina,argento",
    ],
}

BAD_ROWS = [
    "LK111AA,IT,Furto denunciato,DEN-1,2026-01-01,2031-01-01,,,",
    ",IT,Targa mancante,DEN-2,2026-01-01,2031-01-01,,,",
    "LK222AA,IT,Data impossibile,DEN-3,2026-02-31,2031-01-01,,,",
    "LK333AA,IT,Scade prima di valere,DEN-4,2026-05-01,2025-05-01,,,",
    "LK444AA,Italia,Stato non in due lettere,DEN-5,2026-01-01,2031-01-01,,,",
    "LK555AA,IT,Troppe colonne,DEN-6,2026-01-01,2031-01-01,,,,uno,due",
    "LK666AA,IT",
    "??//--,IT,Nessuna lettera,DEN-8,2026-01-01,2031-01-01,,,",
    "lk 777 aa,it,Minuscole e spazi: valida,DEN-9,2026-01-01,2031-01-01,,,",
    'LK888AA,IT,"Virgolette, e virgola: valida",DEN-10,2026-01-01,2031-01-01,,,',
    "LK111AA,IT,Doppia,DEN-11,2026-01-01,2031-01-01,,,",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ,IT,Troppo lunga,DEN-12,2026-01-01,2031-01-01,,,",
]


def write_lists(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in LISTS.items():
        (folder / f"{name}.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")


def write_bad_files(root):
    """Needs `pictures/` and `clips/one-car.mp4` to be there."""
    folder = root / "bad"
    folder.mkdir(parents=True, exist_ok=True)
    whole = (root / "pictures" / "day-two-cars.jpg").read_bytes()
    (folder / "truncated.jpg").write_bytes(whole[: len(whole) * 2 // 5])
    (folder / "not-a-picture.jpg").write_text("This is a text that calls itself a picture.\n")
    clip = root / "clips" / "one-car.mp4"
    if clip.exists():
        whole = clip.read_bytes()
        (folder / "truncated.mp4").write_bytes(whole[: len(whole) * 2 // 5])
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "wrong-header.csv").write_text("vehicle;why\nAB123CD;Furto denunciato\n", encoding="utf-8")
    accented = [HEADER, "LK111AA,IT,Veicolo già segnalato: città di Forlì,DEN-1,2026-01-01,2031-01-01,,Utilitaria,grigio",
                "LK222AA,IT,Proprietà contestata perché rubato a metà,DEN-2,2026-01-01,2031-01-01,,Coupé,blu",
                "MÜXX818,DE,Überfällig,DEN-3,2026-01-01,2031-01-01,,,grün"]
    (folder / "latin1.csv").write_bytes(("\n".join(accented) + "\n").encode("latin-1"))
    (folder / "bad-rows.csv").write_text("\n".join([HEADER, *BAD_ROWS]) + "\n", encoding="utf-8")
